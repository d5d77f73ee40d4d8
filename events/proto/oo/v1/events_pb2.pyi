import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Envelope(_message.Message):
    __slots__ = ("event_id", "subject", "version", "user_id", "at", "traceparent", "tasks_synced", "task_completed", "completion_requested", "completion_failed", "calendar_synced", "connection_changed", "tip_served", "tip_reacted", "tip_reaction_undone", "consent_granted", "consent_withdrawn", "profile_changed", "preferences_changed", "tip_dismissal_explained", "data_exported", "departure_asked", "push_sent", "push_suppressed", "tip_rewarded")
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    TASKS_SYNCED_FIELD_NUMBER: _ClassVar[int]
    TASK_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_REQUESTED_FIELD_NUMBER: _ClassVar[int]
    COMPLETION_FAILED_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_SYNCED_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    TIP_SERVED_FIELD_NUMBER: _ClassVar[int]
    TIP_REACTED_FIELD_NUMBER: _ClassVar[int]
    TIP_REACTION_UNDONE_FIELD_NUMBER: _ClassVar[int]
    CONSENT_GRANTED_FIELD_NUMBER: _ClassVar[int]
    CONSENT_WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    PROFILE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    PREFERENCES_CHANGED_FIELD_NUMBER: _ClassVar[int]
    TIP_DISMISSAL_EXPLAINED_FIELD_NUMBER: _ClassVar[int]
    DATA_EXPORTED_FIELD_NUMBER: _ClassVar[int]
    DEPARTURE_ASKED_FIELD_NUMBER: _ClassVar[int]
    PUSH_SENT_FIELD_NUMBER: _ClassVar[int]
    PUSH_SUPPRESSED_FIELD_NUMBER: _ClassVar[int]
    TIP_REWARDED_FIELD_NUMBER: _ClassVar[int]
    event_id: str
    subject: str
    version: int
    user_id: str
    at: _timestamp_pb2.Timestamp
    traceparent: str
    tasks_synced: TasksSynced
    task_completed: TaskCompleted
    completion_requested: CompletionRequested
    completion_failed: CompletionFailed
    calendar_synced: CalendarSynced
    connection_changed: ConnectionChanged
    tip_served: TipServed
    tip_reacted: TipReacted
    tip_reaction_undone: TipReactionUndone
    consent_granted: ConsentGranted
    consent_withdrawn: ConsentWithdrawn
    profile_changed: ProfileChanged
    preferences_changed: PreferencesChanged
    tip_dismissal_explained: TipDismissalExplained
    data_exported: DataExported
    departure_asked: DepartureAsked
    push_sent: PushSent
    push_suppressed: PushSuppressed
    tip_rewarded: TipRewarded
    def __init__(self, event_id: _Optional[str] = ..., subject: _Optional[str] = ..., version: _Optional[int] = ..., user_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., traceparent: _Optional[str] = ..., tasks_synced: _Optional[_Union[TasksSynced, _Mapping]] = ..., task_completed: _Optional[_Union[TaskCompleted, _Mapping]] = ..., completion_requested: _Optional[_Union[CompletionRequested, _Mapping]] = ..., completion_failed: _Optional[_Union[CompletionFailed, _Mapping]] = ..., calendar_synced: _Optional[_Union[CalendarSynced, _Mapping]] = ..., connection_changed: _Optional[_Union[ConnectionChanged, _Mapping]] = ..., tip_served: _Optional[_Union[TipServed, _Mapping]] = ..., tip_reacted: _Optional[_Union[TipReacted, _Mapping]] = ..., tip_reaction_undone: _Optional[_Union[TipReactionUndone, _Mapping]] = ..., consent_granted: _Optional[_Union[ConsentGranted, _Mapping]] = ..., consent_withdrawn: _Optional[_Union[ConsentWithdrawn, _Mapping]] = ..., profile_changed: _Optional[_Union[ProfileChanged, _Mapping]] = ..., preferences_changed: _Optional[_Union[PreferencesChanged, _Mapping]] = ..., tip_dismissal_explained: _Optional[_Union[TipDismissalExplained, _Mapping]] = ..., data_exported: _Optional[_Union[DataExported, _Mapping]] = ..., departure_asked: _Optional[_Union[DepartureAsked, _Mapping]] = ..., push_sent: _Optional[_Union[PushSent, _Mapping]] = ..., push_suppressed: _Optional[_Union[PushSuppressed, _Mapping]] = ..., tip_rewarded: _Optional[_Union[TipRewarded, _Mapping]] = ...) -> None: ...

class TasksSynced(_message.Message):
    __slots__ = ("connection_id", "changed", "removed")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    changed: int
    removed: int
    def __init__(self, connection_id: _Optional[str] = ..., changed: _Optional[int] = ..., removed: _Optional[int] = ...) -> None: ...

class TaskCompleted(_message.Message):
    __slots__ = ("task_id", "by")
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    task_id: int
    by: str
    def __init__(self, task_id: _Optional[int] = ..., by: _Optional[str] = ...) -> None: ...

class CompletionRequested(_message.Message):
    __slots__ = ("key", "not_before")
    KEY_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    key: str
    not_before: _timestamp_pb2.Timestamp
    def __init__(self, key: _Optional[str] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CompletionFailed(_message.Message):
    __slots__ = ("key", "task_id")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    task_id: int
    def __init__(self, key: _Optional[str] = ..., task_id: _Optional[int] = ...) -> None: ...

class CalendarSynced(_message.Message):
    __slots__ = ("connection_id", "changed", "removed")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGED_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    changed: int
    removed: int
    def __init__(self, connection_id: _Optional[str] = ..., changed: _Optional[int] = ..., removed: _Optional[int] = ...) -> None: ...

class ConnectionChanged(_message.Message):
    __slots__ = ("connection_id", "state")
    CONNECTION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    connection_id: str
    state: str
    def __init__(self, connection_id: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class TipServed(_message.Message):
    __slots__ = ("tip_id", "policy", "kind")
    TIP_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    tip_id: str
    policy: str
    kind: str
    def __init__(self, tip_id: _Optional[str] = ..., policy: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class TipReacted(_message.Message):
    __slots__ = ("tip_id", "candidate", "reaction", "answered_at", "dwell_s", "reward")
    TIP_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    REACTION_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_AT_FIELD_NUMBER: _ClassVar[int]
    DWELL_S_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    tip_id: str
    candidate: str
    reaction: str
    answered_at: _timestamp_pb2.Timestamp
    dwell_s: float
    reward: float
    def __init__(self, tip_id: _Optional[str] = ..., candidate: _Optional[str] = ..., reaction: _Optional[str] = ..., answered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dwell_s: _Optional[float] = ..., reward: _Optional[float] = ...) -> None: ...

class TipReactionUndone(_message.Message):
    __slots__ = ("tip_id",)
    TIP_ID_FIELD_NUMBER: _ClassVar[int]
    tip_id: str
    def __init__(self, tip_id: _Optional[str] = ...) -> None: ...

class ConsentGranted(_message.Message):
    __slots__ = ("key", "wording")
    KEY_FIELD_NUMBER: _ClassVar[int]
    WORDING_FIELD_NUMBER: _ClassVar[int]
    key: str
    wording: str
    def __init__(self, key: _Optional[str] = ..., wording: _Optional[str] = ...) -> None: ...

class ConsentWithdrawn(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...

class ProfileChanged(_message.Message):
    __slots__ = ("fields",)
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, fields: _Optional[_Iterable[str]] = ...) -> None: ...

class PreferencesChanged(_message.Message):
    __slots__ = ("plugin",)
    PLUGIN_FIELD_NUMBER: _ClassVar[int]
    plugin: str
    def __init__(self, plugin: _Optional[str] = ...) -> None: ...

class TipDismissalExplained(_message.Message):
    __slots__ = ("tip_id", "reason", "reward")
    TIP_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    tip_id: str
    reason: str
    reward: float
    def __init__(self, tip_id: _Optional[str] = ..., reason: _Optional[str] = ..., reward: _Optional[float] = ...) -> None: ...

class DataExported(_message.Message):
    __slots__ = ("by",)
    BY_FIELD_NUMBER: _ClassVar[int]
    by: str
    def __init__(self, by: _Optional[str] = ...) -> None: ...

class DepartureAsked(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class PushSent(_message.Message):
    __slots__ = ("delivery_id", "topic")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    topic: str
    def __init__(self, delivery_id: _Optional[str] = ..., topic: _Optional[str] = ...) -> None: ...

class PushSuppressed(_message.Message):
    __slots__ = ("delivery_id", "topic", "why")
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    delivery_id: str
    topic: str
    why: str
    def __init__(self, delivery_id: _Optional[str] = ..., topic: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class TipRewarded(_message.Message):
    __slots__ = ("tip_id", "candidate", "closed_at", "reward")
    TIP_ID_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    CLOSED_AT_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    tip_id: str
    candidate: str
    closed_at: _timestamp_pb2.Timestamp
    reward: float
    def __init__(self, tip_id: _Optional[str] = ..., candidate: _Optional[str] = ..., closed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reward: _Optional[float] = ...) -> None: ...
