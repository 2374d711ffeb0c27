import {
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import {
  Comparison,
  Currency,
  Cursor,
  Id,
  MetadataFilter,
  OneOf,
  PageLimit,
  Time,
  Whole,
} from '../../platform/fields.js';
import { sendAnswer } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { ifMatchSchema } from '../../platform/http/etag.js';
import { Records } from '../../platform/http/records.js';
import { etagHeader, freshnessHeader, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { accountsPosition, listAccounts } from '../../projections/balances/queries.js';
import { sendFreshness } from '../../projections/freshness.header.js';
import { listLines } from '../../projections/lines/queries.js';
import type { Outcome } from '../journal/request.js';
import { At, RecordedAt } from '../point-in-time.js';
import { accountStatuses, accountTypes, type Account } from '../rules/account.js';
import { accountView } from './account.view.js';
import { readAccountAt } from './balance-at.js';
import { entriesPage, entriesPosition, entryView, listEntries, wantedByVersion } from './entries.js';
import { OpenAccount, OpenAccountBody } from './open-account.js';
import { materialized, readAccount, readsLines, requireLedger, withTotals } from './read-account.js';
import { SetAccountStatus } from './set-status.js';
import { UpdateAccount, UpdateAccountBody } from './update-account.js';

export class LedgerPath {
  @Id({ example: 'main' }) ledger: string;
}

export class AccountPath extends LedgerPath {
  @Id() id: string;
}

export class ConsistencyQuery {
  @OneOf(['strong', 'eventual'], { optional: true, description: 'strong (the default) reads the journal.' })
  consistency?: 'strong' | 'eventual';

  @Whole(0, Number.MAX_SAFE_INTEGER, {
    optional: true,
    description: 'Never an older version than this.',
    example: 1,
  })
  min_version?: number;
}

class ReadAccountQuery extends ConsistencyQuery {
  @At() at?: string;
  @RecordedAt() recorded_at?: string;
}

export class EntriesQuery extends ConsistencyQuery {
  @Time({ optional: true, description: 'Recorded from (included).' }) from?: string;
  @Time({ optional: true, description: 'Recorded until (not included).' }) to?: string;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

class ListAccountsQuery {
  @OneOf(accountTypes, { optional: true }) type?: string;
  @Currency({ optional: true }) currency?: string;
  @OneOf(accountStatuses, { optional: true }) status?: string;
  @Id({ optional: true, description: 'Ids that begin with this.', example: 'wallet:' }) id_prefix?: string;
  @MetadataFilter() metadata?: Record<string, string>;
  @Comparison({ description: 'On the posted balance.' }) balance?: Record<string, string>;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

const one = { schema: ref('Account'), headers: etagHeader } as const;

@ApiTags('Accounts')
@Controller('v1/ledgers/:ledger/accounts')
export class AccountsController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Post()
  @Records()
  @ApiOperation({ summary: 'Open an account' })
  @ApiCreatedResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'ALREADY_EXISTS')
  async open(
    @Param() { ledger }: LedgerPath,
    @Body() body: OpenAccountBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAccount(reply, await this.commands.execute(new OpenAccount(ledger, body, context)));
  }

  @Get()
  @ApiOperation({ summary: 'List accounts, newest first, from the read model' })
  @ApiOkResponse({
    schema: ref('AccountPage'),
    headers: freshnessHeader,
  })
  @Problems('LEDGER_NOT_FOUND')
  async list(@Param() { ledger }: LedgerPath, @Query() query: ListAccountsQuery, @Res() reply: FastifyReply) {
    const { limit, cursor, ...filters } = query;
    const before = accountsPosition(ledger, cursor);
    await requireLedger(this.pool, ledger);
    await sendFreshness(this.pool, reply);
    const { rows, next_cursor } = await listAccounts(this.pool, ledger, filters, limit, before);
    reply.send({ data: rows.map((row) => accountView(withTotals(row))), next_cursor });
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Read an account and its balances, now or at a point in time',
    description:
      'With `at`, `balances` are those of the entries effective by then, back-dated ones included; with ' +
      '`recorded_at`, of those recorded by then; with both, what was known at `recorded_at` of the time `at`. They ' +
      'come from the journal, whatever `consistency` says. `version` is that at `recorded_at`; with `at`, the last ' +
      'up to which no entry was effective later. Everything else, the ETag too, is of the account as it is now.',
  })
  @ApiOkResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async read(
    @Param() { ledger, id }: AccountPath,
    @Query() query: ReadAccountQuery,
    @Res() reply: FastifyReply,
  ) {
    const inThePast = query.at !== undefined || query.recorded_at !== undefined;
    const account = inThePast
      ? await readAccountAt(this.pool, ledger, id, query)
      : await readAccountNow(this.pool, ledger, id, query);
    reply.header('etag', `"${account.revision}"`).send(accountView(account));
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change metadata (JSON merge patch) and limits; honours If-Match' })
  @ApiOkResponse(one)
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The ETag that was read, or several: the account is changed only while it is at that revision.',
    schema: ifMatchSchema,
  })
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'REVISION_MISMATCH', 'ACCOUNT_CLOSED')
  async update(
    @Param() { ledger, id }: AccountPath,
    @Body() body: UpdateAccountBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAccount(reply, await this.commands.execute(new UpdateAccount(ledger, id, body, ifMatch, context)));
  }

  @Post(':id/freeze')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Freeze: no postings, holds or reversals' })
  @ApiOkResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_CLOSED')
  async freeze(@Param() path: AccountPath, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAccount(
      reply,
      await this.commands.execute(new SetAccountStatus(path.ledger, path.id, 'freeze', context)),
    );
  }

  @Post(':id/unfreeze')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Unfreeze' })
  @ApiOkResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_CLOSED')
  async unfreeze(@Param() path: AccountPath, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAccount(
      reply,
      await this.commands.execute(new SetAccountStatus(path.ledger, path.id, 'unfreeze', context)),
    );
  }

  @Post(':id/close')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Close, for good: only at zero and without open holds' })
  @ApiOkResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND', 'ACCOUNT_NOT_EMPTY')
  async close(@Param() path: AccountPath, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAccount(
      reply,
      await this.commands.execute(new SetAccountStatus(path.ledger, path.id, 'close', context)),
    );
  }

  @Get(':id/entries')
  @ApiOperation({ summary: 'Entries of an account by recorded time, newest first' })
  @ApiOkResponse({ schema: ref('AccountEntryPage') })
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async entries(
    @Param() { ledger, id }: AccountPath,
    @Query() query: EntriesQuery,
    @Res() reply: FastifyReply,
  ) {
    const { limit, cursor, consistency, min_version: least = 0, from, to } = query;
    const beforeVersion = entriesPosition({ ledger, id }, cursor);
    const account = await readAccount(this.pool, ledger, id);
    const through = await readsLines(this.pool, account, consistency, least);
    const newest = through === undefined ? account.version : Number(through);
    const asked = { from, to, beforeVersion, limit: limit + 1 };
    const wanted = await wantedByVersion(this.pool, account.no, newest, asked);
    const found =
      through === undefined
        ? await listEntries(this.pool, account.no, wanted)
        : await listLines(this.pool, account.no, wanted, through);
    const { rows, next_cursor } = entriesPage(account, found, limit);
    reply.send({ data: rows.map((row) => entryView(account, row)), next_cursor });
  }
}

async function readAccountNow(
  pool: pg.Pool,
  ledger: string,
  id: string,
  { consistency, min_version: least = 0 }: ConsistencyQuery,
): Promise<Account> {
  const stale = consistency === 'eventual' ? await materialized(pool, ledger, id) : undefined;
  return stale && stale.version >= least ? stale : readAccount(pool, ledger, id);
}

/** An account's answer carries its revision as ETag. */
function sendAccount(reply: FastifyReply, outcome: Outcome): void {
  if (outcome.status < 400) {
    const { revision } = JSON.parse(outcome.body) as { revision: number };
    reply.header('etag', `"${revision}"`);
  }
  sendAnswer(reply, outcome);
}
