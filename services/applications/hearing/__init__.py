"""听证 (行政许可法 36, 46–48): the right is told, somebody asks, the authority calls, holds and keeps the minutes."""
