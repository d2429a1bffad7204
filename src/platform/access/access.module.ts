import { Module, type DynamicModule } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenIssuer } from './access-token.issuer.js';
import { AccessTokenStrategy } from './access-token.strategy.js';
import { RoleTable, type RoleDefinitions } from './role-table.js';
import { VerifiedTokens } from './verified-tokens.js';

@Module({})
export class AccessModule {
  static forRoot(roles: RoleDefinitions): DynamicModule {
    return {
      module: AccessModule,
      global: true,
      imports: [PassportModule],
      providers: [
        AccessTokenIssuer,
        AccessTokenStrategy,
        VerifiedTokens,
        { provide: RoleTable, useValue: new RoleTable(roles) },
      ],
      exports: [AccessTokenIssuer, RoleTable, VerifiedTokens],
    };
  }
}
