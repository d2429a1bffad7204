import { Injectable } from '@nestjs/common';
import { SecurityEvents } from '../audit/index.js';
import { DetectionConfig } from './detection.config.js';
import { Detector } from './detector.js';
import { signalsOfEvent } from './event-signals.js';

/** Hands what happened to the detector. */
@Injectable()
export class EventWatch {
  constructor(events: SecurityEvents, detector: Detector, { values }: DetectionConfig) {
    const honeyKeys = new Set(values.DETECTION_HONEY_KEYS);
    events.subscribe((event) => {
      for (const signal of signalsOfEvent(event, honeyKeys)) detector.observe(signal);
    });
  }
}
