"""The provider process that serves programs in other languages."""
