import { Controller, Get, Param, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Public } from '../access/index.js';
import { catalogue, type ErrorCode } from '../errors/index.js';
import { Returns } from '../serialization/index.js';
import { ErrorCodePipe } from './error-code.pipe.js';
import { ErrorPageView } from './error-pages.views.js';

@ApiTags('errors')
@Controller({ path: 'errors', version: VERSION_NEUTRAL })
export class ErrorPagesController {
  /** The page that the `type` of a problem names (RFC 9457 §3.1.1). @control A14.3 */
  @Get(':code')
  @ApiParam({ name: 'code', enum: Object.keys(catalogue) })
  @Public('the catalogue of errors is documentation')
  @Returns(200, ErrorPageView)
  show(@Param('code', ErrorCodePipe) code: ErrorCode): ErrorPageView {
    return { code, ...catalogue[code] };
  }
}
