"""Back-orders (缺货登记): who waits for which goods, and who gets what arrives."""
