import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { recentFreshness } from '../../projections/freshness.js';
import { trialBalance, type TypeSums } from '../../projections/trial-balance/queries.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { Problem } from '../errors.js';
import { At, RecordedAt, requireSettled, type PointInTime } from '../point-in-time.js';
import { normalSide } from '../rules/account.js';

class TrialBalanceQuery {
  @At() at?: string;
  @RecordedAt() recorded_at?: string;
}

@ApiTags('Ledgers')
@Controller('v1/ledgers/:ledger/trial-balance')
export class TrialBalanceController {
  constructor(@Inject(READ_POOL) private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({
    summary: 'Trial balance: posted debits and credits by currency and type of account',
    description:
      'From the read model: everything recorded before `as_of` is in it, whole transactions only, so that debits ' +
      'equal credits in each currency. `balance` is signed to the type’s normal side; a type without posted entries ' +
      'is not listed. With `at`, of what was effective by then; with `recorded_at`, of what was recorded by then, ' +
      'and 503 while the read model doesn’t have all of that; with both, what was known at `recorded_at` of the ' +
      'time `at`.',
  })
  @ApiOkResponse({ schema: ref('TrialBalance') })
  @Problems('LEDGER_NOT_FOUND')
  async read(@Param() { ledger }: LedgerPath, @Query() point: TrialBalanceQuery) {
    await requireSettled(this.pool, point);
    await requireLedger(this.pool, ledger);
    // Before the sums, which can only have more.
    const { as_of } = await recentFreshness(this.pool);
    requireComplete(point, as_of);
    const sums = await trialBalance(this.pool, ledger, point);
    return { data: sums.map(withBalance), totals: totalsOf(sums), as_of };
  }
}

/** What was known at a time must come out the same whenever it is asked for, or not at all. */
function requireComplete({ recorded_at }: PointInTime, as_of: string): void {
  if (recorded_at === undefined || recorded_at < as_of) return;
  throw new Problem(
    'UNAVAILABLE',
    `the read model has everything recorded before ${as_of} only, not all until ${recorded_at} yet`,
    { as_of },
    1,
  );
}

function withBalance({ currency, type, debits, credits }: TypeSums) {
  const net = BigInt(debits) - BigInt(credits);
  return { currency, type, debits, credits, balance: String(normalSide(type) === 'debit' ? net : -net) };
}

function totalsOf(sums: TypeSums[]) {
  const totals = new Map<string, { debits: bigint; credits: bigint }>();
  for (const { currency, debits, credits } of sums) {
    const total = totals.get(currency) ?? { debits: 0n, credits: 0n };
    totals.set(currency, {
      debits: total.debits + BigInt(debits),
      credits: total.credits + BigInt(credits),
    });
  }
  return [...totals].map(([currency, { debits, credits }]) => ({
    currency,
    debits: String(debits),
    credits: String(credits),
  }));
}
