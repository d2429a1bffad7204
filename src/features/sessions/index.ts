export { ACCESS_CHANNEL, parseAccessChange } from './access-changes.js';
export { deviceOf, type Device } from './device.js';
export { SessionsModule } from './sessions.module.js';
export { SessionsService, type AccessToken, type SessionTokens } from './sessions.service.js';
export { AccessTokenView, SessionTokensView } from './sessions.views.js';
