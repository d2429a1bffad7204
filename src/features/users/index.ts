export { Notices, type Notice } from './notices.js';
export { UsersModule } from './users.module.js';
export { UsersRepository, type NewUser, type Profile, type SignInAccount } from './users.repository.js';
