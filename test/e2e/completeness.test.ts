import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { AppModule } from '../../src/app.module.js';
import { AccessModule, NetworkRules, SessionRegistry } from '../../src/platform/access/index.js';
import { AuditModule } from '../../src/platform/audit/index.js';
import { ConfigModule, type LoadedConfig } from '../../src/platform/config/index.js';
import { CryptoModule } from '../../src/platform/crypto/index.js';
import { DatabaseModule } from '../../src/platform/database/index.js';
import { Measures } from '../../src/platform/detection/index.js';
import { RefusalObserver } from '../../src/platform/errors/index.js';
import { OpenApiModule } from '../../src/platform/openapi/index.js';
import { CompletenessCheck, PipelineModule, RoutesIncomplete } from '../../src/platform/pipeline/index.js';
import { TelemetryModule } from '../../src/platform/telemetry/index.js';
import { ThrottlingModule } from '../../src/platform/throttling/index.js';
import { TimeModule } from '../../src/platform/time/index.js';
import { roles } from '../../src/roles.js';
import { startApp } from '../support/app.ts';
import { Caller } from '../support/caller.ts';
import {
  DuplicateController,
  ShadowController,
  SpelledVersionController,
  VersionShadowController,
} from '../support/conflicting-routes.ts';
import {
  BadController,
  CompleteController,
  GuessableController,
  UndeclaredController,
} from '../support/incomplete-routes.ts';
import { signIn, somePatient, TestOrganization } from '../support/organization.ts';
import { expectProblem } from '../support/problem.ts';

@Module({})
class FixtureModule {}

/** What the guards ask, without the routes of the features that answer. */
@Global()
@Module({
  providers: [
    { provide: SessionRegistry, useValue: { find: () => undefined } },
    { provide: NetworkRules, useValue: { refusalOf: () => undefined } },
    { provide: Measures, useValue: { isEmpty: true } },
    { provide: RefusalObserver, useValue: { observe: () => undefined } },
  ],
  exports: [SessionRegistry, NetworkRules, Measures, RefusalObserver],
})
class NobodySignedInModule {}

/** The shipped application and one controller more. */
function withController(controller: Type) {
  return (config: LoadedConfig): DynamicModule => {
    return { module: FixtureModule, imports: [AppModule.forRoot(config)], controllers: [controller] };
  };
}

/** What the start is refused with. */
async function refusalOf(root: (config: LoadedConfig) => DynamicModule): Promise<unknown> {
  return startApp({}, root).then(
    async (app) => {
      await app.close();
      throw new Error('the application has started');
    },
    (refusal: unknown) => refusal,
  );
}

describe('A1.4 a route that is not fully declared', () => {
  let offences: Record<string, string[]>;
  let message: string;

  beforeAll(async () => {
    const refusal = await refusalOf(withController(BadController));
    if (!(refusal instanceof RoutesIncomplete)) throw refusal;
    const lines = [...refusal.message.matchAll(/^ {2}- BadController\.(\w+) \((\w+ [^)]+)\) (.+)$/gm)];
    message = refusal.message;
    offences = {};
    for (const [, method = '', , offence = ''] of lines) (offences[method] ??= []).push(offence);
  });

  const unvalidated = (source: string) =>
    `takes a ${source} that is neither a class with validation rules nor parsed by a pipe`;
  const onGet = 'changes state on GET: use POST, PATCH or DELETE';
  const sensitive = (field: string) =>
    `shows ${field} to everybody who may call it: add requires, or because with a reason`;
  const rows: [method: string, offence: string][] = [
    ['noAccess', 'does not say who may call it: add @Can, @Authenticated or @Public'],
    ['twoAccesses', 'says more than once who may call it: keep one of @Can, @Authenticated and @Public'],
    ['twoReasons', 'says more than once who may call it: keep one of @Can, @Authenticated and @Public'],
    ['noReturns', 'does not say what it returns: add @Returns(status, View) or @Returns(204)'],
    ['emptyView', 'returns a class without @Field(): nothing of it would leave'],
    ['untypedBody', unvalidated('body')],
    ['plainBody', unvalidated('body')],
    ['listBody', unvalidated('body')],
    ['fieldOfBody', unvalidated('body')],
    ['rawBody', unvalidated('body')],
    ['untypedQuery', unvalidated('query')],
    ['fieldOfQuery', unvalidated('query')],
    ['unparsedParam', unvalidated('param')],
    ['allParams', unvalidated('param')],
    ['unparsedHeader', unvalidated('header')],
    ['secondArgument', unvalidated('query')],
    ['rawRequest', 'takes the raw request, which goes past the pipeline'],
    ['rawResponse', 'takes the raw response, which goes past the pipeline'],
    ['nextFunction', 'takes the raw response, which goes past the pipeline'],
    ['ungranted', 'asks for nobody:has, which no role of src/roles.ts grants'],
    ['createsOnGet', onGet],
    ['createdOnGet', onGet],
    ['bodyOnGet', onGet],
    ['everyMethod', onGet],
    ['stepUpOfNobody', 'is public and has @StepUp(): there is nobody who could prove anything'],
    ['clinicalAndPublic', 'is public and returns what needs a permission elsewhere'],
    ['maskedAndPublic', 'is public and returns what needs a permission elsewhere'],
    ['clinicalAndPublic', 'is public and returns a column that is personal, clinical or secret'],
    ['maskedAndPublic', 'is public and returns a column that is personal, clinical or secret'],
    ['secret', sensitive('SecretView.passwordHash (secret)')],
    ['unexplained', sensitive('UnexplainedView.email (personal)')],
    ['severalVersions', 'does not say who may call it: add @Can, @Authenticated or @Public'],
    ['severalPaths', 'does not say who may call it: add @Can, @Authenticated or @Public'],
  ];

  it.each(rows)('does not boot and is named, with what to do: %s', (method, offence) => {
    expect(offences[method] ?? ['not found']).toContain(offence);
  });

  it('is found by the rules that it breaks and by no others', () => {
    // What nobody may do is no reading either: two rules find it. So do two what is of somebody, and public.
    const several = Object.entries(offences).filter(([, found]) => new Set(found).size > 1);
    expect(several.map(([method]) => method)).toEqual(['ungranted', 'clinicalAndPublic', 'maskedAndPublic']);
    expect(message).toContain('(GET /v2/fixture/bad/versions) does not say');
    expect(message).toContain('(GET /v1/fixture/bad/other-path) does not say');
    expect(message.split('\n')).toHaveLength(Object.values(offences).flat().length + 1);
    expect(Object.keys(offences).toSorted()).toEqual([...new Set(rows.map(([method]) => method))].toSorted());
  });

  it('B6.1 is refused without the strict limit on a path where guessing pays', async () => {
    const refusal = String(await refusalOf(withController(GuessableController)));
    const named = [...refusal.matchAll(/GuessableController\.(\w+) \(.+\) (.+)$/gm)].map(([, name, offence]) => [
      name,
      offence,
    ]);
    const offence = "is on a path where guessing pays: add @Throttled('auth')";
    expect(named).toEqual(
      ['guessWithoutLimit', 'guessWithAnotherLimit', 'exportWithoutLimit'].map((name) => [name, offence]),
    );
  });

  it('is refused when it is the only one', async () => {
    const refusal = await refusalOf(withController(UndeclaredController));
    expect(refusal).toBeInstanceOf(RoutesIncomplete);
    expect(String(refusal)).toContain('2 route declaration(s)');
    expect(String(refusal)).toContain('UndeclaredController.show (GET /v1/fixture/undeclared)');
  });
});

describe('A1.4 the start is refused', () => {
  it('when no route is found: a check that checks nothing must not pass', async () => {
    const refusal = await refusalOf((config): DynamicModule => ({
      module: FixtureModule,
      imports: [
        ConfigModule.forRoot(config),
        TimeModule,
        TelemetryModule,
        CryptoModule,
        DatabaseModule,
        AuditModule,
        AccessModule.forRoot(roles),
        ThrottlingModule,
        PipelineModule,
        OpenApiModule,
        NobodySignedInModule,
      ],
    }));
    expect(refusal).toBeInstanceOf(RoutesIncomplete);
    expect(String(refusal)).toContain('no route was found');
  });

  it.each([
    ['duplicates another', DuplicateController, /me/],
    ['stands in the shadow of another', ShadowController, /patients/],
    ['stands in the shadow of another version', VersionShadowController, /fixture\/versions/],
    ['spells out the version of another', SpelledVersionController, /v1\/me/],
  ])('when a route %s', async (_name, controller, named) => {
    expect(String(await refusalOf(withController(controller)))).toMatch(named);
  });
});

describe('A1.4 a route that is fully declared', () => {
  it('boots and is reached through the whole pipeline', async () => {
    const app = await startApp({}, withController(CompleteController));
    try {
      const clinician = await (await TestOrganization.create(app)).as('clinician');
      const id = '00000000-0000-4000-8000-000000000000';
      expect((await clinician.get(`/v1/fixture/complete/${id}`)).body).toEqual({ id });
      expectProblem(await new Caller(app).get(`/v1/fixture/complete/${id}`), 'unauthenticated');
      expectProblem(await clinician.get(`/v1/fixture/complete/${id}?x=1`), 'validation-failed');
      expect((await new Caller(app).post('/v1/fixture/complete', { name: 'x' })).body).toEqual({ id: 'x' });
      expectProblem(await new Caller(app).post('/v1/fixture/complete', somePatient), 'validation-failed');
    } finally {
      await app.close();
    }
  });
});

describe('A1.4 the guard denies what the check did not stop', () => {
  it.each(['/v1/fixture/undeclared', '/v1/fixture/undeclared/twice'])('%s', async (url) => {
    vi.spyOn(CompletenessCheck.prototype, 'onApplicationBootstrap').mockReturnValue();
    const app = await startApp({}, withController(UndeclaredController));
    try {
      const organization = await TestOrganization.create(app);
      for (const role of ['owner', 'clinician'] as const) {
        expectProblem(await (await signIn(app, await organization.addMember(role))).get(url), 'forbidden');
      }
      expect([401, 403]).toContain((await new Caller(app).get(url)).status);
    } finally {
      await app.close();
    }
  });
});
