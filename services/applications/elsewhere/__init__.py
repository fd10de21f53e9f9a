"""收受分离, 跨省通办: received at one window, decided by another authority; the clocks run from the receipt (国办发〔2020〕35号)."""
