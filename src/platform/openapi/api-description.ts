import { Injectable, type INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance } from 'fastify';
import { API_KEY_SCHEME, TOKEN_SCHEME } from '../access/index.js';
import { RuntimeConfig } from '../config/index.js';
import { CompletenessCheck } from '../pipeline/index.js';
import { completeDescription } from './complete-description.js';
import { publishDocsPage } from './docs-page.js';

/** The OpenAPI 3.1 description, made from the code on first use. The committed copy is what clients rely on. @control A14.1 B3.5 B17.2 B17.3 */
@Injectable()
export class ApiDescription {
  private app: INestApplication | undefined;
  private made: OpenAPIObject | undefined;
  /** Hundreds of kilobytes that never change: made into text once, and not by whoever asks often. */
  private text: Buffer | undefined;

  constructor(
    private readonly runtime: RuntimeConfig,
    private readonly completeness: CompletenessCheck,
  ) {}

  attach(app: INestApplication): void {
    this.app = app;
  }

  document(): OpenAPIObject {
    this.made ??= this.make();
    return this.made;
  }

  /** What clients of the API get: the description everywhere, the page only outside production. @control B18.3 */
  publishToClients(server: FastifyInstance): void {
    this.publishDocument(server);
    if (!this.runtime.isProduction) publishDocsPage(server);
  }

  /** What operators get. */
  publishToOperators(server: FastifyInstance): void {
    this.publishDocument(server);
    if (this.runtime.isProduction) publishDocsPage(server);
  }

  private publishDocument(server: FastifyInstance): void {
    server.get('/openapi.json', (_request, reply) => {
      this.text ??= Buffer.from(JSON.stringify(this.document()));
      return reply.type('application/json; charset=utf-8').send(this.text);
    });
  }

  private make(): OpenAPIObject {
    if (this.app === undefined) throw new Error('attach the application before asking for its description');
    const outline = new DocumentBuilder()
      .setTitle('Rampart')
      .setDescription('A reference backend whose controls are wired or it does not boot.')
      .setVersion('1')
      .setOpenAPIVersion('3.1.0')
      .addBearerAuth(
        {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'Access token of POST /v1/auth/login: ES256, and checked as RFC8725 says.',
        },
        TOKEN_SCHEME,
      )
      .addApiKey(
        {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`ApiKey rmp_...` of POST /v1/api-keys, for permissions that are open to keys.',
        },
        API_KEY_SCHEME,
      )
      .build();
    const document = SwaggerModule.createDocument(this.app, outline, { operationIdFactory });
    return completeDescription(document, this.completeness.routes());
  }
}

/** `PatientsController.list` is `patients.list`: what generated clients name their methods after. */
function operationIdFactory(controller: string, method: string): string {
  const resource = controller.replace(/Controller$/, '');
  return `${resource.charAt(0).toLowerCase()}${resource.slice(1)}.${method}`;
}
