import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { Cursor, PageLimit, Time } from '../../platform/fields.js';
import { freshnessHeader, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { dailyTotals } from '../../projections/daily-totals/queries.js';
import { sendFreshness } from '../../projections/freshness.header.js';
import { normalSide } from '../rules/account.js';
import { AccountPath } from './accounts.controller.js';
import { readAccount } from './read-account.js';

class DailyTotalsQuery {
  @Time({ optional: true, description: 'From the day of this time; absent: the first.' }) from?: string;
  @Time({ optional: true, description: 'Days that begin before this time; absent: all.' }) to?: string;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

@ApiTags('Accounts')
@Controller('v1/ledgers/:ledger/accounts/:id/daily-totals')
export class DailyTotalsController {
  constructor(@Inject(READ_POOL) private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({
    summary: 'What was posted on each effective day (UTC), oldest first, with the balance before and after',
    description: 'From the read model. Days without posted entries are left out.',
  })
  @ApiOkResponse({ schema: ref('DailyTotalsPage'), headers: freshnessHeader })
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async read(
    @Param() path: AccountPath,
    @Query() query: DailyTotalsQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { no, id, type } = await readAccount(this.pool, path.ledger, path.id);
    await sendFreshness(this.pool, reply);
    const account = { no, ledger: path.ledger, id, normalSide: normalSide(type) };
    const { rows, next_cursor } = await dailyTotals(this.pool, { account, ...query });
    return { data: rows, next_cursor };
  }
}
