import { CommandRunner, Option } from 'nest-commander';
import { loadConfig } from '../config.js';
import type { Service } from './client.js';

export interface ApiOptions {
  url?: string;
  token?: string;
  ledger?: string;
}

/** What was typed can't be meant; exit status 2. */
export class UsageError extends Error {}

/** The options of every command that talks to the service. */
export abstract class ApiCommand extends CommandRunner {
  @Option({ flags: '--url <url>', description: 'the service (COUNTERFOIL_URL, else http://127.0.0.1:3000)' })
  url(value: string): string {
    if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
      throw new UsageError(`--url ${value} is not an http:// or https:// URL`);
    }
    return value.replace(/\/+$/, '');
  }

  @Option({ flags: '--token <token>', description: 'API token; better in COUNTERFOIL_TOKEN, unseen by ps' })
  token(value: string): string {
    return value;
  }

  @Option({ flags: '--ledger <id>', description: 'the ledger', defaultValue: 'main' })
  ledger(value: string): string {
    return value;
  }

  protected service(options: ApiOptions): Service {
    const config = loadConfig();
    const token = options.token ?? config.token;
    // The token itself stays unsaid: errors end up in logs.
    if (token && !/^[\x21-\x7e]+$/.test(token)) {
      const setting = options.token === undefined ? 'COUNTERFOIL_TOKEN' : '--token';
      throw new UsageError(`${setting} has a blank, a line break or another character that no token has`);
    }
    return {
      url: options.url ?? config.url,
      token,
      ledger: options.ledger ?? 'main',
    };
  }
}

export function ledgerPath(service: Service): string {
  return `/v1/ledgers/${encodeURIComponent(service.ledger)}`;
}
