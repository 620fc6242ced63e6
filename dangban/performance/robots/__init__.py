"""Group robots of DingTalk and WeCom: what they say goes through a row each, so that nothing is said twice."""
