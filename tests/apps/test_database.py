"""The database has what the models say. A change of a field can drop a constraint of the same column in silence."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import BaseConstraint, Model, UniqueConstraint

pytestmark = pytest.mark.django_db
OURS = [model for model in apps.get_models() if model.__module__.startswith("photosync.")]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_migrated_table_has_every_index_and_constraint_of_its_model(model: type[Model]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table)

    constraints = {
        each.name: isinstance(each, UniqueConstraint) for each in model._meta.constraints if is_known(each)
    }
    assert {name: found[name]["unique"] for name in constraints if name in found} == constraints
    assert {each.name for each in model._meta.indexes} <= set(found)


def is_known(constraint: BaseConstraint) -> bool:
    """Whether this database can hold it: Django makes none on SQLite that takes two nulls for the same."""
    differing = isinstance(constraint, UniqueConstraint) and constraint.nulls_distinct is not None
    return not differing or connection.features.supports_nulls_distinct_unique_constraints
