import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { Records } from '../../platform/http/records.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { sendAnswer } from '../../platform/http/answer.js';
import { resultsBody } from '../journal/batch.js';
import { AtomicBulk, BulkBody, IndependentBulk, refuseTooManyEntries } from './bulk.js';

@ApiTags('Bulk')
@Controller('v1/ledgers/:ledger/bulk')
export class BulkController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Post()
  @Records({ items: 'commands' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Many commands in order: each for itself, or all or nothing' })
  @ApiCreatedResponse({ description: 'Of an atomic bulk', schema: ref('BulkResults') })
  @ApiOkResponse({ description: 'Of an independent bulk', schema: ref('BulkResults') })
  @Problems('LEDGER_NOT_FOUND', 'BULK_REJECTED')
  async run(
    @Param() { ledger }: LedgerPath,
    @Body() body: BulkBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    refuseTooManyEntries(body.commands);
    await requireLedger(this.pool, ledger);
    const { commands } = body;
    if (body.mode === 'atomic') {
      sendAnswer(reply, await this.commands.execute(new AtomicBulk(ledger, commands, context)));
      return;
    }
    const outcomes = await this.commands.execute(new IndependentBulk(ledger, commands, context));
    const replayed = outcomes.every((outcome) => outcome.replayed);
    sendAnswer(reply, { status: 200, body: resultsBody(outcomes), replayed });
  }
}
