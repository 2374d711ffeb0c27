import { Kafka, logLevel, type Admin, type LogEntry } from 'kafkajs';

// The only file that imports kafkajs's values: it is unmaintained, and the rest must not depend on it.
export type { Admin, Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
export type { Kafka } from 'kafkajs';

/** What kafkajs reports: `warn` and `error` only. */
export type KafkaLog = (level: 'warn' | 'error', message: string, details: Record<string, unknown>) => void;

/** Silent unless given a `log`: kafkajs reports every retry as an error, also those that then succeed. */
export function createKafka(brokers: string[], clientId: string, log?: KafkaLog): Kafka {
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    logLevel: log ? logLevel.WARN : logLevel.NOTHING,
    logCreator: () => (entry) => log?.(entry.level === logLevel.ERROR ? 'error' : 'warn', ...parts(entry)),
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
  });
}

/** Runs `work` with a connected admin client and disconnects it, whatever happens. */
export async function withAdmin<T>(brokers: string[], work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = createKafka(brokers, 'counterfoil-admin').admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

function parts({ log }: LogEntry): [string, Record<string, unknown>] {
  const details: Record<string, unknown> = { ...log };
  delete details.message;
  delete details.timestamp;
  return [log.message, details];
}
