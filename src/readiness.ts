import type pg from 'pg';
import type { Logger } from 'pino';
import type { SlotWatch } from './connect/slot-watch.js';
import type { Readiness } from './platform/health.controller.js';
import { statusElsewhere } from './projections/status-elsewhere.js';
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
      return down(logger, error);
    }
  };
}

/** The same where there is no journal to be behind of. */
export function readinessElsewhere(pool: pg.Pool, logger: Logger): Readiness {
  return async () => {
    try {
      const { newest_recorded_at, projections } = await statusElsewhere(pool, undefined);
      const unbuilt = projections.some(({ version }) => version === null);
      const read_model = { newest_recorded_at, projections };
      return { status: unbuilt ? 'degraded' : 'ok', checks: { postgres: 'ok', read_model } };
    } catch (error) {
      return down(logger, error);
    }
  };
}

/** Anyone may ask: what is wrong, with the address, is in the log. */
function down(logger: Logger, error: unknown) {
  logger.warn({ err: error }, 'not ready: Postgres does not answer');
  return { status: 'down' as const, checks: { postgres: 'unreachable' } };
}
