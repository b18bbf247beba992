//! Tool `fetch` with every lie about it, as a component.

cofferdam_tool_sdk::component!(cofferdam_mutants::fetch::SUBJECT.with_lies());
