import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { Cursor, Id, OneOf, PageLimit } from '../../platform/fields.js';
import { sendAnswer, sendJson } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { Records } from '../../platform/http/records.js';
import { freshnessHeader, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { sendFreshness } from '../../projections/freshness.header.js';
import { listTransactions, transactionsPosition } from '../../projections/transactions/queries.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { holdStatuses } from '../rules/record.js';
import { DryRunQuery } from '../transactions/details.js';
import { readTransactions } from '../transactions/read-transactions.js';
import { transactionsJson } from '../transactions/transaction.view.js';
import { postingProblems, TransactionPath } from '../transactions/transactions.controller.js';
import { CaptureHold, CaptureHoldBody } from './capture-hold.js';
import { CreateHold, CreateHoldBody } from './create-hold.js';
import { VoidHold, VoidHoldBody } from './void-hold.js';

class ListHoldsQuery {
  @OneOf(holdStatuses, { optional: true }) status?: string;
  @Id({ optional: true, description: 'Holds that touch this account.' }) account?: string;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

const one = { schema: ref('Hold') } as const;
const step = { schema: ref('HoldStep') } as const;
const dry = { ...one, description: 'Of a dry run: what would be recorded.' };
const dryStep = { ...step, description: dry.description };
const closingProblems = [
  'LEDGER_NOT_FOUND',
  'HOLD_NOT_FOUND',
  'REFERENCE_ALREADY_USED',
  'HOLD_EXPIRED',
  'HOLD_NOT_OPEN',
] as const;

@ApiTags('Holds')
@Controller('v1/ledgers/:ledger/holds')
export class HoldsController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Post()
  @Records()
  @ApiOperation({ summary: 'Reserve an amount, to be captured or voided later' })
  @ApiCreatedResponse(one)
  @ApiOkResponse(dry)
  @Problems(...postingProblems, 'CONDITION_FAILED')
  async create(
    @Param() { ledger }: LedgerPath,
    @Body() body: CreateHoldBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new CreateHold(ledger, body, context, dry_run)));
  }

  @Get()
  @ApiOperation({ summary: 'List holds, newest first, from the read model' })
  @ApiOkResponse({
    schema: ref('HoldPage'),
    headers: freshnessHeader,
  })
  @Problems('LEDGER_NOT_FOUND')
  async list(@Param() { ledger }: LedgerPath, @Query() query: ListHoldsQuery, @Res() reply: FastifyReply) {
    const { limit, cursor, ...filters } = query;
    const wanted = { ...filters, kind: 'hold' };
    const before = transactionsPosition(ledger, wanted, cursor);
    await requireLedger(this.pool, ledger);
    await sendFreshness(this.pool, reply);
    const { rows, next_cursor } = await listTransactions(this.pool, ledger, wanted, limit, before);
    const holds = await readTransactions(
      this.pool,
      rows.map(({ sequence }) => sequence),
    );
    sendJson(reply, transactionsJson(holds, next_cursor));
  }

  @Post(':id/capture')
  @Records()
  @ApiOperation({ summary: 'Capture a hold, all or a part: posts what was reserved' })
  @ApiCreatedResponse(step)
  @ApiOkResponse(dryStep)
  @Problems(
    ...closingProblems,
    'ACCOUNT_CLOSED',
    'AMOUNT_NOT_APPLICABLE',
    'CAPTURE_EXCEEDS_HOLD',
    'AMOUNT_OVERFLOW',
  )
  async capture(
    @Param() { ledger, id }: TransactionPath,
    @Body() body: CaptureHoldBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new CaptureHold(ledger, id, body, context, dry_run)));
  }

  @Post(':id/void')
  @Records()
  @ApiOperation({ summary: 'Void a hold: releases what remains of it' })
  @ApiCreatedResponse(step)
  @ApiOkResponse(dryStep)
  @Problems(...closingProblems)
  async void(
    @Param() { ledger, id }: TransactionPath,
    @Body() body: VoidHoldBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new VoidHold(ledger, id, body, context, dry_run)));
  }
}
