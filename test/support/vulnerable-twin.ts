import { Body, Controller, Get, HttpCode, Module, Post, Query, UnauthorizedException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { workerDatabase } from './database.ts';

/** On the lists of everybody who guesses. */
export const WEAK_PASSWORD = 'Summer2026!';

/**
 * What this repository would be without its controls, as far as the probes of test/attacks/probes look: the same addresses,
 * and behind each the mistake that one of them is there to find. A probe that finds nothing in here proves nothing.
 * @control A15.2
 */
@Controller()
class VulnerableTwin {
  /** API8, CWE-89: a value of the caller's becomes SQL, and the answer says whether the condition held. */
  @Get('v1/patients')
  async list(@Query('cursor') cursor: string) {
    const client = new pg.Client({ connectionString: (await workerDatabase()).serverUrl });
    await client.connect();
    try {
      const { rows } = await client.query<object>(`SELECT 'Ada' AS "givenName" WHERE 'a' = '${cursor}'`);
      return { items: rows };
    } finally {
      await client.end();
    }
  }

  /** API2, API4: a password that everybody tries, as often as they like. */
  @Post('v1/auth/login')
  @HttpCode(200)
  login(@Body() { password }: { password: string }) {
    if (password !== WEAK_PASSWORD) throw new UnauthorizedException();
    return { accessToken: 'a token' };
  }

  /** API9: forgotten, in no inventory. */
  @Get('v1/internal/debug')
  debug() {
    return { env: 'production' };
  }
}

@Module({ controllers: [VulnerableTwin] })
class VulnerableTwinModule {}

/** Without anything of ours: no pipeline, no hooks, no limits. Close it. */
export function createVulnerableTwin(): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(VulnerableTwinModule, new FastifyAdapter(), { logger: false });
}
