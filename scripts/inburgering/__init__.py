"""What the scripts share: decoding extracts, landing them, and laying out the annex workbook."""
