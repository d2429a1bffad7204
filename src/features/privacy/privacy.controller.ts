import { Controller, Delete, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, CurrentActor, StepUp, type Actor } from '../../platform/access/index.js';
import { ClearsSiteData } from '../../platform/http/index.js';
import { Returns } from '../../platform/serialization/index.js';
import { Throttled } from '../../platform/throttling/index.js';
import { ErasureService } from './erasure.service.js';
import { ExportService } from './export.service.js';
import { ErasureView, PersonalDataView } from './privacy.views.js';

@ApiTags('me')
@Controller('me')
export class PrivacyController {
  constructor(
    private readonly exports: ExportService,
    private readonly erasures: ErasureService,
  ) {}

  /** Everything that is kept about the caller, but for secrets. */
  @Get('export')
  @Authenticated('everybody may have what is kept about them')
  @Throttled('auth')
  @Returns(200, PersonalDataView)
  export(@CurrentActor() actor: Actor) {
    return this.exports.export(actor);
  }

  /** Ends all sessions and API keys at once, and erases the account when the time of grace is over. */
  @Delete()
  @Authenticated('everybody may leave')
  @StepUp()
  @Throttled('auth')
  @Returns(202, ErasureView)
  @ClearsSiteData()
  erase(@CurrentActor() actor: Actor) {
    return this.erasures.request(actor);
  }
}
