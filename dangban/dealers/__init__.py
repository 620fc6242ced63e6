"""Returns of dealers (经销商退货): asked for, judged, signed for, received, put right."""
