import { Kafka, logLevel, type Admin } from 'kafkajs';

// The only file that imports kafkajs's values: it is unmaintained, and the rest must not depend on it.
export type { Admin, Consumer, EachBatchPayload, KafkaMessage, Producer } from 'kafkajs';
export type { Kafka } from 'kafkajs';

const PATIENT = {
  connectionTimeout: 3_000,
  retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
};
/** For who wants to know whether Kafka is there, and not to wait until it is. */
const HASTY = {
  connectionTimeout: 1_500,
  requestTimeout: 3_000,
  retry: { initialRetryTime: 200, maxRetryTime: 200, retries: 1 },
};

/** Silent: kafkajs reports every retry as an error, also those that then succeed. What fails is thrown. */
export function createKafka(brokers: string[], clientId: string, { hasty = false } = {}): Kafka {
  return new Kafka({ brokers, clientId, logLevel: logLevel.NOTHING, ...(hasty ? HASTY : PATIENT) });
}

/** Runs `work` with a connected admin client and disconnects it, whatever happens. */
export async function withAdmin<T>(
  brokers: string[],
  work: (admin: Admin) => Promise<T>,
  options: { hasty?: boolean } = {},
): Promise<T> {
  const admin = createKafka(brokers, 'counterfoil-admin', options).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
