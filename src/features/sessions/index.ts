export { SessionsModule } from './sessions.module.js';
export { SessionsService } from './sessions.service.js';
export { SessionTokensView } from './sessions.views.js';
