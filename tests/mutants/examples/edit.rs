//! Tool `edit` with every lie about it, as a component.

cofferdam_tool_sdk::component!(cofferdam_mutants::edit::SUBJECT.with_lies());
