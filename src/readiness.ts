import type pg from 'pg';
import type { Logger } from 'pino';
import type { SlotWatch } from './connect/slot-watch.js';
import type { Readiness } from './platform/health.controller.js';
import { recentStatus } from './projections/status.js';

/** Readiness says `degraded` when the read model is further behind than this: commands are taken all the same. */
const MOST_LAG_SECONDS = 60;

/** What `/health/ready` says; of the replication slots too, where events are to go to Kafka. */
export function readinessOf(pool: pg.Pool, logger: Logger, slots: SlotWatch | undefined): Readiness {
  return async () => {
    try {
      const [status, stream] = await Promise.all([recentStatus(pool), slots?.check()]);
      const { lag_events, lag_seconds, as_of, source, healed, projections } = status;
      const late = projections.some((one) => one.version === null || one.lag_seconds > MOST_LAG_SECONDS);
      const cut = stream !== undefined && stream.slot !== 'ok';
      const each = projections.map(({ projection, ...rest }) => [projection, rest]);
      const read_model = {
        ...{ source, lag_events, lag_seconds, as_of, healed_events: healed.total },
        projections: Object.fromEntries(each),
      };
      return { status: late || cut ? 'degraded' : 'ok', checks: { postgres: 'ok', read_model, stream } };
    } catch (error) {
      // Anyone may ask: what is wrong, with the address, is in the log.
      logger.warn({ err: error }, 'not ready: Postgres does not answer');
      return { status: 'down', checks: { postgres: 'unreachable' } };
    }
  };
}
