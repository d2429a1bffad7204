import { Module } from '@nestjs/common';
import { DeprecatedUses } from './deprecated-uses.js';
import { RouteUses } from './route-uses.js';
import { RouteUsesRepository } from './route-uses.repository.js';

@Module({ providers: [DeprecatedUses, RouteUses, RouteUsesRepository], exports: [DeprecatedUses, RouteUses] })
export class LifecycleModule {}
