import { Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RoleTable } from '../access/index.js';
import { StartRefused } from '../process/index.js';
import { completenessRules, guardedViewsOf } from './completeness.rules.js';
import { prototypeOf, readRoutes } from './nest-metadata.js';
import type { RouteDeclaration } from './route-declaration.js';

/** The version of a controller that names none; app.setup.ts versions by URI with the same default. @control B17.1 */
export const DEFAULT_API_VERSION = '1';

/** Every route that breaks a rule, in one message. */
export class RoutesIncomplete extends StartRefused {
  constructor(offences: readonly string[]) {
    super(
      `The start is refused, ${offences.length} route declaration(s) are incomplete:\n${offences.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

/** A control that is not wired does not boot: walks every route before the server listens. @control A1.4 A3.1 B7.1 B18.1 */
@Injectable()
export class CompletenessCheck implements OnApplicationBootstrap {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly roles: RoleTable,
  ) {}

  onApplicationBootstrap(): void {
    const routes = this.routes();
    // A check that checks nothing must not pass.
    if (routes.length === 0) throw new RoutesIncomplete(['no route was found: has Nest moved its metadata?']);
    const facts = {
      granted: this.roles.granted,
      guardedViews: guardedViewsOf(routes),
      addresses: new Set(routes.map(({ method, path }) => `${method} ${path}`)),
    };
    const offences = routes.flatMap((route) =>
      completenessRules.flatMap((rule) => {
        const offence = rule(route, facts);
        return offence === undefined ? [] : [`${route.label} ${offence}`];
      }),
    );
    if (offences.length > 0) throw new RoutesIncomplete(offences);
  }

  /** Every route, as its decorators declare it: what the rules judge, and what the inventory and the access matrix are made of. */
  routes(): RouteDeclaration[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!isClass(metatype)) return [];
      const prototype = prototypeOf(metatype);
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => readRoutes(metatype, name, DEFAULT_API_VERSION));
    });
  }
}

function isClass(metatype: unknown): metatype is Type<object> {
  return typeof metatype === 'function';
}
