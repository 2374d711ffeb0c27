import { Kafka, logLevel, type Admin } from 'kafkajs';

// The only file that imports kafkajs's values: it is unmaintained, and the rest must not depend on it.
export type { Admin, Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
export type { Kafka } from 'kafkajs';

/** Silent: kafkajs reports every retry as an error, also those that then succeed. What fails is thrown. */
export function createKafka(brokers: string[], clientId: string): Kafka {
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    logLevel: logLevel.NOTHING,
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
