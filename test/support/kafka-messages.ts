import type pg from 'pg';
import type { KafkaMessage } from '../../src/platform/kafka.js';
import { applyFetched, type Fetched, type Outcome } from '../../src/projections/runner/kafka-offsets.js';

/** What came of one partition. @throws StartAgain */
export async function applyMessages(
  pool: pg.Pool,
  from: Omit<Fetched, 'messages'>,
  messages: KafkaMessage[],
): Promise<Outcome> {
  const [outcome] = await applyFetched(pool, [{ ...from, messages }]);
  if (outcome!.again) throw outcome!.again;
  return outcome!;
}
