import { Injectable, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { RoleTable } from '../access/index.js';
import { StartRefused } from '../process/index.js';
import { completenessRules } from './completeness.rules.js';
import { prototypeOf, readRoute } from './nest-metadata.js';
import type { RouteDeclaration } from './route-declaration.js';

/** The version of a controller that names none; app.setup.ts versions by URI with the same default. */
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
    const offences = routes.flatMap((route) => this.offencesOf(route));
    if (offences.length > 0) throw new RoutesIncomplete(offences);
  }

  routes(): RouteDeclaration[] {
    return this.discovery.getControllers().flatMap(({ metatype }) => {
      if (!isClass(metatype)) return [];
      const prototype = prototypeOf(metatype);
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((name) => readRoute(metatype, name, DEFAULT_API_VERSION) ?? []);
    });
  }

  private offencesOf(route: RouteDeclaration): string[] {
    const facts = { granted: this.roles.granted };
    return completenessRules.flatMap((rule) => {
      const offence = rule(route, facts);
      return offence === undefined ? [] : [`${route.label} ${offence}`];
    });
  }
}

function isClass(metatype: unknown): metatype is Type<object> {
  return typeof metatype === 'function';
}
