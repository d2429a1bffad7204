import { Module } from '@nestjs/common';
import { Collector } from './collector.js';

@Module({ providers: [Collector] })
export class CollectorModule {}
