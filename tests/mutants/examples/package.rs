//! Tool `package` with every lie about it, as a component.

cofferdam_tool_sdk::component!(cofferdam_mutants::package::SUBJECT.with_lies());
