import {
  All,
  Body,
  Controller,
  Get,
  Headers,
  Next,
  Param,
  Post,
  Query,
  RawBody,
  Req,
  Res,
  Version,
} from '@nestjs/common';
import { Authenticated, Can, Public, StepUp, type Permission } from '../../src/platform/access/index.js';
import { Field, lastFour, pageOf, Returns } from '../../src/platform/serialization/index.js';
import { RecordView } from '../../src/clinic/records/records.views.js';
import { Throttled } from '../../src/platform/throttling/index.js';
import { IdPipe, PageQuery, Text } from '../../src/platform/validation/index.js';

class View {
  @Field() id!: string;
}

/** Of the routes with a permission: no public one may return it too. */
class GuardedView {
  @Field() id!: string;
}

class EmptyView {
  id!: string;
}

class PlainBody {
  name!: string;
}

class MaskedView {
  @Field({ requires: 'patients:identify', mask: lastFour }) nationalId!: string;
}

class SecretView {
  @Field({ requires: 'patients:identify' }) passwordHash!: string;
}

class UnexplainedView {
  @Field() email!: string;
}

class GoodBody {
  @Text({ max: 10 }) name!: string;
}

const result = { id: '1' };

/** Declared in full: shows that the check does not refuse what is right. */
@Controller('fixture/complete')
export class CompleteController {
  @Get(':id')
  @Can('patients:read')
  @Returns(200, GuardedView)
  show(@Param('id', IdPipe) id: string, @Query() _query: PageQuery) {
    return { id };
  }

  @Post()
  @Public('a fixture')
  @Returns(200, View)
  create(@Body() { name }: GoodBody) {
    return { id: name };
  }
}

/** One known-bad handler for each thing that the start-up check must find, named after it. */
@Controller('fixture/bad')
export class BadController {
  @Get('no-access')
  @Returns(200, View)
  noAccess() {
    return result;
  }

  @Get('two-accesses')
  @Public('a fixture')
  @Can('patients:read')
  @Returns(200, GuardedView)
  twoAccesses() {
    return result;
  }

  @Get('two-reasons')
  @Authenticated('one')
  @Authenticated('two')
  @Returns(200, View)
  twoReasons() {
    return result;
  }

  @Get('no-returns')
  @Public('a fixture')
  noReturns() {
    return result;
  }

  @Get('empty-view')
  @Public('a fixture')
  @Returns(200, EmptyView)
  emptyView() {
    return result;
  }

  @Post('untyped-body')
  @Public('a fixture')
  @Returns(200, View)
  untypedBody(@Body() _body: Record<string, unknown>) {
    return result;
  }

  @Post('plain-body')
  @Public('a fixture')
  @Returns(200, View)
  plainBody(@Body() _body: PlainBody) {
    return result;
  }

  @Post('list-body')
  @Public('a fixture')
  @Returns(200, View)
  listBody(@Body() _body: GoodBody[]) {
    return result;
  }

  @Post('field-of-body')
  @Public('a fixture')
  @Returns(200, View)
  fieldOfBody(@Body('name') _name: string) {
    return result;
  }

  @Post('raw-body')
  @Public('a fixture')
  @Returns(200, View)
  rawBody(@RawBody() _body: Buffer) {
    return result;
  }

  @Get('untyped-query')
  @Public('a fixture')
  @Returns(200, View)
  untypedQuery(@Query() _query: object) {
    return result;
  }

  @Get('field-of-query')
  @Public('a fixture')
  @Returns(200, View)
  fieldOfQuery(@Query('limit') _limit: number) {
    return result;
  }

  @Get('unparsed-param/:id')
  @Public('a fixture')
  @Returns(200, View)
  unparsedParam(@Param('id') _id: string) {
    return result;
  }

  @Get('all-params/:id')
  @Public('a fixture')
  @Returns(200, View)
  allParams(@Param() _params: Record<string, string>) {
    return result;
  }

  @Get('unparsed-header')
  @Public('a fixture')
  @Returns(200, View)
  unparsedHeader(@Headers('x-user') _user: string) {
    return result;
  }

  @Get('second-argument/:id')
  @Public('a fixture')
  @Returns(200, View)
  secondArgument(@Param('id', IdPipe) _id: string, @Query('q') _q: string) {
    return result;
  }

  @Get('raw-request')
  @Public('a fixture')
  @Returns(200, View)
  rawRequest(@Req() _request: object) {
    return result;
  }

  @Get('raw-response')
  @Public('a fixture')
  @Returns(200, View)
  rawResponse(@Res({ passthrough: true }) _response: object) {
    return result;
  }

  @Get('next')
  @Public('a fixture')
  @Returns(200, View)
  nextFunction(@Next() _next: () => void) {
    return result;
  }

  @Get('ungranted')
  @Can('nobody:has' as Permission)
  @Returns(200, GuardedView)
  ungranted() {
    return result;
  }

  @Get('creates-on-get')
  @Can('patients:create')
  @Returns(200, GuardedView)
  createsOnGet() {
    return result;
  }

  @Get('created-on-get')
  @Can('patients:read')
  @Returns(201, GuardedView)
  createdOnGet() {
    return result;
  }

  @Get('body-on-get')
  @Can('patients:read')
  @Returns(200, GuardedView)
  bodyOnGet(@Body() _body: GoodBody) {
    return result;
  }

  @Post('step-up-of-nobody')
  @Public('a fixture')
  @StepUp()
  @Returns(202)
  stepUpOfNobody() {
    return undefined;
  }

  @Get('clinical-and-public')
  @Public('a fixture')
  @Returns(200, pageOf(RecordView))
  clinicalAndPublic() {
    return { items: [], nextCursor: null };
  }

  @Get('masked-and-public')
  @Public('a fixture')
  @Returns(200, MaskedView)
  maskedAndPublic() {
    return result;
  }

  @Get('secret')
  @Can('patients:read')
  @Returns(200, pageOf(SecretView))
  secret() {
    return { items: [], nextCursor: null };
  }

  @Get('unexplained')
  @Can('patients:read')
  @Returns(200, UnexplainedView)
  unexplained() {
    return result;
  }

  @Version(['1', '2'])
  @Get('versions')
  @Returns(200, View)
  severalVersions() {
    return result;
  }

  @Get(['path', 'other-path'])
  @Returns(200, View)
  severalPaths() {
    return result;
  }

  @All('every-method')
  @Can('patients:update')
  @Returns(200, GuardedView)
  everyMethod() {
    return result;
  }
}

/** Known-bad as well, on paths of their own. */
@Controller()
export class GuessableController {
  @Post('auth/guess')
  @Public('a fixture')
  @Returns(202)
  guessWithoutLimit() {
    return undefined;
  }

  @Post('me/mfa/guess')
  @Authenticated('a fixture')
  @Throttled('expensive')
  @Returns(202)
  guessWithAnotherLimit() {
    return undefined;
  }

  @Version('2')
  @Get('me/export')
  @Authenticated('a fixture')
  @Returns(200, View)
  exportWithoutLimit() {
    return result;
  }

  @Get('me/passkeys/listed')
  @Authenticated('a fixture')
  @Returns(200, View)
  listing() {
    return result;
  }
}

/** A handler without any declaration, to see that the guard denies what the check would not have let start. */
@Controller('fixture/undeclared')
export class UndeclaredController {
  @Get()
  @Returns(200, View)
  show() {
    return result;
  }

  @Get('twice')
  @Public('a fixture')
  @Can('patients:read')
  @Returns(200, GuardedView)
  twice() {
    return result;
  }
}
