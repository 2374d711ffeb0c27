import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ref } from '../../platform/answers.js';
import { sendAnswer } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { Records } from '../../platform/http/records.js';
import { Problems } from '../../platform/openapi.js';
import { WalletCommand, WalletCommitBody, WalletMoveBody, WalletRollbackBody } from './wallet.js';

const movingProblems = [
  'REFERENCE_ALREADY_USED',
  'UNKNOWN_ACCOUNT',
  'NOT_A_WALLET',
  'CURRENCY_MISMATCH',
  'ACCOUNT_CLOSED',
  'ACCOUNT_FROZEN',
  'INSUFFICIENT_FUNDS',
  'LIMIT_EXCEEDED',
  'AMOUNT_OVERFLOW',
] as const;
const closingProblems = ['HOLD_NOT_FOUND', 'NOT_A_WALLET', 'HOLD_EXPIRED', 'HOLD_NOT_OPEN'] as const;

@ApiTags('Wallet')
@Controller('v1/wallet')
export class WalletController {
  constructor(private readonly commands: CommandBus) {}

  @Post('debit')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Take from a wallet' })
  @ApiOkResponse({ schema: ref('WalletMoved') })
  @Problems(...movingProblems)
  async debit(@Body() body: WalletMoveBody, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAnswer(reply, await this.commands.execute(new WalletCommand('debit', body, context)));
  }

  @Post('credit')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Add to a wallet' })
  @ApiOkResponse({ schema: ref('WalletMoved') })
  @Problems(...movingProblems)
  async credit(@Body() body: WalletMoveBody, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAnswer(reply, await this.commands.execute(new WalletCommand('credit', body, context)));
  }

  @Post('hold')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Reserve an amount of a wallet' })
  @ApiOkResponse({ schema: ref('WalletHeld') })
  @Problems(...movingProblems)
  async hold(@Body() body: WalletMoveBody, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAnswer(reply, await this.commands.execute(new WalletCommand('hold', body, context)));
  }

  @Post('commit')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Take what a hold reserved, all or a part; the rest is released' })
  @ApiOkResponse({ schema: ref('WalletCommitted') })
  @Problems(
    ...closingProblems,
    'CURRENCY_MISMATCH',
    'ACCOUNT_CLOSED',
    'CAPTURE_EXCEEDS_HOLD',
    'AMOUNT_OVERFLOW',
  )
  async commit(@Body() body: WalletCommitBody, @Ctx() context: RequestContext, @Res() reply: FastifyReply) {
    sendAnswer(reply, await this.commands.execute(new WalletCommand('commit', body, context)));
  }

  @Post('rollback')
  @Records()
  @HttpCode(200)
  @ApiOperation({ summary: 'Release what a hold reserved' })
  @ApiOkResponse({ schema: ref('WalletRolledBack') })
  @Problems(...closingProblems)
  async rollback(
    @Body() body: WalletRollbackBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new WalletCommand('rollback', body, context)));
  }
}
