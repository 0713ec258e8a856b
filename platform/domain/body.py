"""What the size of a body is taken for."""


def mosteller(size_m: float, weight_kg: float) -> float:
    """Body surface area in m² (Mosteller, N Engl J Med 1987;317:1098)."""
    return float((size_m * 100.0 * weight_kg / 3600.0) ** 0.5)


def body_surface_area(size_m: float | None, weight_kg: float | None) -> float | None:
    """m², from Patient's Size (0010,1020) and Weight (0010,1030) by Mosteller; None
    where either is unknown or cannot be meant."""
    if not size_m or not weight_kg or not (0.3 < size_m < 2.6 and 2 < weight_kg < 400):
        return None
    return mosteller(size_m, weight_kg)
