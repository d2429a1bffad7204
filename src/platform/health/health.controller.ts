import { Controller, Get, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../access/index.js';
import { Returns } from '../serialization/index.js';
import { LivenessView } from './health.views.js';

@ApiTags('health')
@Controller({ path: 'health', version: VERSION_NEUTRAL })
export class HealthController {
  /** The process answers. Whether it is ready, and why not, is told on the management listener alone (PT.2). */
  @Get('live')
  @Public('orchestrators ask before they have credentials')
  @Returns(200, LivenessView)
  live(): LivenessView {
    return { status: 'ok' };
  }
}
