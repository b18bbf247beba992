//! Tool `files` with every lie about it, as a component.

cofferdam_tool_sdk::component!(cofferdam_mutants::files::SUBJECT.with_lies());
