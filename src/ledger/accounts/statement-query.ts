import { Cursor, PageLimit, Time } from '../../platform/fields.js';
import { RecordedAt } from '../point-in-time.js';
import { ConsistencyQuery } from './accounts.controller.js';

export class StatementQuery extends ConsistencyQuery {
  @Time({ optional: true, description: 'Effective from (included); absent: the earliest entry.' })
  from?: string;

  @Time({ optional: true, description: 'Effective until (not included); absent: now.' }) to?: string;

  @RecordedAt() recorded_at?: string;

  @PageLimit(1000, { description: 'How many lines at most: 50; CSV and HTML without limit and cursor: all.' })
  limit?: number;

  @Cursor() cursor?: string;
}
