import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import pg from 'pg';
import { AppModule } from './app.module.js';
import { loadConfig } from './config.js';
import { createHttpAdapter } from './platform/http/configure.js';
import { createDocument } from './platform/openapi.js';

/** What `/openapi.json` answers, without a database or a port: the pools are never asked for a connection. */
export async function describeApi(): Promise<OpenAPIObject> {
  const parts = { config: loadConfig({}), writes: new pg.Pool(), reads: new pg.Pool() };
  const readiness = () => Promise.reject(new Error('nothing is served'));
  const quotas = { used: () => 0, count: () => {}, stop: async () => {} };
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with({ ...parts, readiness, quotas }),
    createHttpAdapter(),
    { bodyParser: false, logger: false },
  );
  try {
    return createDocument(app);
  } finally {
    await app.close();
  }
}
