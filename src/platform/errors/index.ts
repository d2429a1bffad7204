export { AllowedMethods } from './allowed-methods.js';
export { AppError, ResourceNotFound, ServiceUnavailable, ValidationFailed, type FieldError } from './app-error.js';
export { catalogue, isErrorCode, type ErrorCode } from './catalogue.js';
export { classifyError } from './classify.js';
export { Fails, failuresOf } from './fails.js';
export { FailureTranslator } from './failure-translator.js';
export { PROBLEM_CONTENT_TYPE, problemOf, sendProblem } from './problem.js';
export { ProblemFilter } from './problem.filter.js';
export { RefusalObserver } from './refusal-observer.js';
