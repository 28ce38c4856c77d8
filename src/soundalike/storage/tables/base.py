"""What all tables share."""

from typing import Any, Final

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.types import TypeEngine

metadata: Final = MetaData(
    naming_convention={  # every constraint named, so that a later revision can change it on both databases
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

#: SQLite counts up only what it calls INTEGER.
counted_id: Final[TypeEngine[Any]] = BigInteger().with_variant(Integer, "sqlite")
