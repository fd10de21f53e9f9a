"""What the law does when nobody does anything: silence at intake is acceptance (行政许可法 32 (4)); what is over is archived."""
