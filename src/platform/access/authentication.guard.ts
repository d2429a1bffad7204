import { Injectable, Optional, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Secret } from '../config/index.js';
import { accessRulesOf } from './access-rule.js';
import type { AccessTokenClaims } from './access-token.js';
import { ACCESS_TOKEN_STRATEGY } from './access-token.strategy.js';
import { Unauthenticated } from './access.errors.js';
import type { Actor } from './actor.js';
import { ApiKeyRegistry, type LiveApiKey } from './api-key-registry.js';
import { SessionRegistry, type LiveSession } from './session-registry.js';
import { VerifiedTokens } from './verified-tokens.js';

/** RFC 6750 §2.1; the scheme is case-insensitive (RFC 9110 §11.1). */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const API_KEY = /^ApiKey +(\S+)$/i;

/**
 * Turns the credential of a request into an actor. On a route that is not public there is an actor afterwards or a 401;
 * the IP address never authenticates. @control B3.1 B3.3 B13.1 B13.3
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard(ACCESS_TOKEN_STRATEGY) {
  constructor(
    private readonly verified: VerifiedTokens,
    private readonly sessions: SessionRegistry,
    @Optional() private readonly apiKeys?: ApiKeyRegistry,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (accessRulesOf(context.getHandler())[0]?.kind === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = API_KEY.exec(request.headers.authorization ?? '')?.[1];
    request.actor =
      key !== undefined && this.apiKeys !== undefined
        ? programOf(await this.apiKeys.find(new Secret(key), request.ip), request.ip)
        : await this.findPerson(request, context);
    return true;
  }

  /** Passport calls this with what the strategy decided. An error of ours keeps its reason; anything else is a refusal. */
  override handleRequest<T>(error: unknown, claims: T | false | undefined, info: unknown): T {
    if (error instanceof Error) throw error;
    if (!claims)
      throw info instanceof Unauthenticated ? info : new Unauthenticated({ reason: 'invalid-token', cause: info });
    return claims;
  }

  private async findPerson(request: FastifyRequest, context: ExecutionContext): Promise<Actor> {
    const token = bearerToken(request);
    const claims = this.verified.find(token) ?? (await this.verify(token, context));
    const session = await this.sessions.find(claims);
    if (session === undefined) throw new Unauthenticated({ reason: 'session-ended' });
    return personOf(claims, session, request.ip);
  }

  private async verify(token: string, context: ExecutionContext): Promise<AccessTokenClaims> {
    await super.canActivate(context);
    const { user } = context.switchToHttp().getRequest<{ user: AccessTokenClaims }>();
    this.verified.remember(token, user);
    return user;
  }
}

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined) throw new Unauthenticated({ reason: 'no-credential' });
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw new Unauthenticated({ reason: 'malformed-credential' });
  return token;
}

function personOf(claims: AccessTokenClaims, session: LiveSession, ip: string): Actor {
  return {
    kind: 'user',
    id: session.userId,
    userId: session.userId,
    organizationId: session.organizationId,
    role: session.role,
    permissions: session.permissions,
    sessionId: claims.sid,
    isSessionMultiFactor: session.isMultiFactor,
    mustEnrol: session.mustEnrol,
    authTime: claims.auth_time,
    amr: claims.amr,
    ip,
  };
}

/** Acts for whoever made the key, and has proved nothing that a person can prove. */
function programOf(key: LiveApiKey, ip: string): Actor {
  return { kind: 'api-key', ...key, isSessionMultiFactor: false, mustEnrol: false, authTime: 0, amr: [], ip };
}
