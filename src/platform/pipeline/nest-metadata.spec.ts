import 'reflect-metadata';
import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Next,
  Param,
  ParseIntPipe,
  Post,
  Query,
  RawBody,
  Req,
  Res,
  UploadedFile,
  Version,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Public } from '../access/index.js';
import { Field, Returns } from '../serialization/index.js';
import { Text } from '../validation/index.js';
import { completenessRules } from './completeness.rules.js';
import { readRoutes } from './nest-metadata.js';

class ShelfView {
  @Field() id!: string;
}
class ShelfBody {
  @Text({ max: 10 }) name!: string;
}

@Controller('shelves')
class Shelves {
  @Get(':id/')
  @Public('everybody may')
  @Returns(200, ShelfView)
  show(@Param('id', ParseIntPipe) _id: number, @Query() _query: ShelfBody): void {}

  @Post() create(@Body() _body: ShelfBody): void {}
  @Delete(':id') remove(@Param('id') _id: string): void {}
  @Version('2') @Get() second(): void {}
  @All('every') every(): void {}
  @Post('field') field(@Body('name') _name: string): void {}
  @Get('raw') raw(@Req() _request: object, @Res() _response: object, @Next() _next: object): void {}
  @Post('bytes') @Public('x') @Returns(204) bytes(@RawBody() _body: Buffer): void {}
  @Get('header') @Public('x') @Returns(200, ShelfView) header(@Headers('x-role') _role: string): void {}
  @Post('file') @Public('x') @Returns(204) file(@UploadedFile() _file: object): void {}
  helper(): void {}
}

@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Neutral {
  @Get('live') live(): void {}
}

@Controller({ path: ['racks', 'stands'], version: ['1', VERSION_NEUTRAL] })
class Several {
  @Get(['', 'all']) show(): void {}
}

@Controller()
class Rootless {
  @Get() root(): void {}
}

const read = (name: keyof Shelves) => readRoutes(Shelves, name, '1')[0];

describe('what Nest knows of a route', () => {
  it('A1.4 gives its rule, its view, its inputs and a label for people', () => {
    expect(read('show')).toEqual({
      label: 'Shelves.show (GET /v1/shelves/:id)',
      controller: 'Shelves',
      deprecation: undefined,
      sends: [],
      isTagged: false,
      fails: [],
      version: '1',
      isStepUp: false,
      throttle: 'read',
      method: 'GET',
      path: '/v1/shelves/:id',
      access: [{ kind: 'public', reason: 'everybody may' }],
      returns: { status: 200, view: ShelfView },
      inputs: expect.arrayContaining([
        { source: 'param', type: Number, hasPipe: true },
        { source: 'query', type: ShelfBody, hasPipe: false },
      ]),
    });
  });

  it.each<[keyof Shelves, string, string]>([
    ['create', 'POST', '/v1/shelves'],
    ['remove', 'DELETE', '/v1/shelves/:id'],
    ['second', 'GET', '/v2/shelves'],
    ['every', 'ALL', '/v1/shelves/every'],
  ])('B17.1 gives method and versioned path of %s', (name, method, path) => {
    expect(read(name)).toMatchObject({ method, path, access: [], returns: undefined });
  });

  it('B17.1 gives the path of a controller without a version, and without a path', () => {
    expect(readRoutes(Neutral, 'live', '1')).toMatchObject([{ path: '/health/live', version: undefined }]);
    expect(readRoutes(Rootless, 'root', '1')).toMatchObject([{ path: '/v1', version: '1' }]);
  });

  it('B17.1 A1.4 gives every version and path of a handler that answers to several', () => {
    expect(readRoutes(Several, 'show', '1').map(({ path }) => path)).toEqual([
      '/v1/racks',
      '/v1/racks/all',
      '/v1/stands',
      '/v1/stands/all',
      '/racks',
      '/racks/all',
      '/stands',
      '/stands/all',
    ]);
  });

  it.each(['helper', 'constructor', 'toString', 'absent'])('takes %s for no route', (name) => {
    expect(readRoutes(Shelves, name, '1')).toEqual([]);
  });

  it.each<[keyof Shelves, { source: string; hasPipe: boolean }[]]>([
    ['remove', [{ source: 'param', hasPipe: false }]],
    ['field', [{ source: 'body', hasPipe: false }]],
    [
      'raw',
      [
        { source: 'raw-request', hasPipe: false },
        { source: 'raw-response', hasPipe: false },
        { source: 'raw-response', hasPipe: false },
      ],
    ],
  ])('A3.1 sees what %s takes without a pipe', (name, inputs) => {
    expect(read(name)?.inputs).toHaveLength(inputs.length);
    expect(read(name)?.inputs).toEqual(expect.arrayContaining(inputs.map((each) => expect.objectContaining(each))));
  });

  it.each<keyof Shelves>(['bytes', 'header', 'file'])('A3.1 lets no rule overlook what %s takes', (name) => {
    const route = read(name);
    if (route === undefined) throw new Error('is no route');
    const offences = completenessRules.flatMap(
      (rule) => rule(route, { granted: new Set(), guardedViews: new Set(), addresses: new Set() }) ?? [],
    );
    expect(offences).toHaveLength(1);
  });
});
