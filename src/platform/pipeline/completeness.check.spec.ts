import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { MetadataScanner, type DiscoveryService } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { Public, RoleTable } from '../access/index.js';
import { StartRefused } from '../process/index.js';
import { Field, Returns } from '../serialization/index.js';
import { CompletenessCheck, RoutesIncomplete } from './completeness.check.js';

class ShelfView {
  @Field() id!: string;
}

@Controller('good')
class Good {
  @Get() @Public('everybody may') @Returns(200, ShelfView) show(): void {}
}
@Controller('bad')
class Bad {
  @Get('one') one(): void {}
  @Get('two') @Public('everybody may') two(): void {}
}
@Controller('bad/child')
class Child extends Bad {}
class NoController {
  helper(): void {}
}

function checkOf(...controllers: unknown[]): CompletenessCheck {
  const discovery = { getControllers: () => controllers.map((metatype) => ({ metatype })) };
  return new CompletenessCheck(discovery as unknown as DiscoveryService, new MetadataScanner(), new RoleTable({}));
}

function refusalOf(...controllers: unknown[]): string {
  try {
    checkOf(...controllers).onApplicationBootstrap();
  } catch (error) {
    if (error instanceof RoutesIncomplete && error instanceof StartRefused) return error.message;
    throw error;
  }
  return 'passed';
}

describe('the completeness check', () => {
  it('A1.4 lets start what is complete', () => {
    expect(refusalOf(Good)).toBe('passed');
    expect(checkOf(Good).routes()).toHaveLength(1);
  });

  it('A1.4 lists every offender of every controller in one message', () => {
    const message = refusalOf(Good, Bad);
    expect(message).toMatch(/3 route declaration/);
    expect(message).toContain('Bad.one (GET /v1/bad/one) does not say who may call it');
    expect(message).toContain('Bad.one (GET /v1/bad/one) does not say what it returns');
    expect(message).toContain('Bad.two (GET /v1/bad/two) does not say what it returns');
    expect(message).not.toContain('Good');
  });

  it('A1.4 sees the handlers that a controller inherits', () => {
    expect(refusalOf(Child)).toContain('Child.one (GET /v1/bad/child/one)');
  });

  it.each<[string, unknown[]]>([
    ['no controller', []],
    ['controllers without routes', [NoController]],
    ['controllers that are no classes', [undefined, {}, 'Good']],
  ])('B18.1 refuses to pass when it finds %s: a check that checks nothing is red', (_what, controllers) => {
    expect(refusalOf(...controllers)).toContain('no route was found');
  });
});
