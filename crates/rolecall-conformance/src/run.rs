//! Renders the cases on several threads and gathers what came of them, in the order of the data.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::batch::{self, Batch};
use crate::data::{Corpus, LanguageCase, TemplateCase};
use crate::engine::{self, Applied, Clock, Compiled, TracedRender};
use crate::spans::{self, Block};
use crate::tally::{Bar, Bound, Cleared, Tally};
use crate::verdict::{Failure, Outcome, Verdict};

/// Everything that is to be rendered.
pub(crate) struct Work {
    pub(crate) language: Option<Vec<LanguageCase>>,
    pub(crate) corpus: Option<Corpus>,
    /// The command, if it is there.
    pub(crate) batch: Option<Batch>,
    /// Only cases with this text in their name.
    pub(crate) filter: Option<String>,
    pub(crate) clock: Clock,
}

/// A case in which rolecall and the reference differ.
pub(crate) struct Difference {
    pub(crate) case: String,
    pub(crate) verdict: Verdict,
    /// The template, where it is small enough to be shown.
    pub(crate) source: Option<String>,
    pub(crate) recorded: Outcome,
    pub(crate) actual: Outcome,
}

/// What came of all cases.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) tally: Tally,
    pub(crate) differences: Vec<Difference>,
    /// Cases that cannot be read here, each with the reason.
    pub(crate) unreadable: Vec<String>,
    /// What was not measured, with the reason.
    pub(crate) passed_over: Vec<String>,
    /// A group that could not be measured, so that no bar is for it.
    skipped: Option<String>,
}

/// One case, rendered and compared.
struct Rendered {
    case: String,
    /// The groups it counts in.
    groups: Vec<String>,
    verdict: Result<(Verdict, Option<Difference>), String>,
    panicked: bool,
}

#[derive(Clone, Copy)]
enum Job<'a> {
    Language(&'a LanguageCase),
    /// A template with all conversations, so that it is compiled once.
    Template(&'a TemplateCase, &'a Corpus),
}

impl Work {
    pub(crate) fn run(&self, threads: usize) -> Results {
        let language = self.language.iter().flatten().map(Job::Language);
        let corpus = self.corpus.iter();
        let corpus = corpus
            .flat_map(|corpus| corpus.templates.iter().map(move |template| Job::Template(template, corpus)));
        let jobs: Vec<Job<'_>> = language.chain(corpus).collect();
        let next = AtomicUsize::new(0);
        let worker = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(job) = jobs.get(at) else { return done };
                done.push((at, self.render(*job)));
            }
        };
        let mut done: Vec<(usize, Vec<Rendered>)> = thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
        });
        done.sort_by_key(|(at, _)| *at);
        let mut results = Results::default();
        for rendered in done.into_iter().flat_map(|(_, rendered)| rendered) {
            results.add(rendered);
        }
        results
    }

    fn wants(&self, case: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| case.contains(filter.as_str()))
    }

    fn render(&self, job: Job<'_>) -> Vec<Rendered> {
        match job {
            Job::Language(case) => self.render_language(case).into_iter().collect(),
            Job::Template(template, corpus) => self.render_template(template, corpus),
        }
    }

    fn render_language(&self, case: &LanguageCase) -> Option<Rendered> {
        let name = format!("language/{}", case.id);
        if !self.wants(&name) {
            return None;
        }
        let family = case.id.rsplit_once('-').map_or(case.id.as_str(), |(family, _)| family);
        let groups = vec!["language".to_owned(), format!("language.{family}")];
        let parts = match &case.parts {
            Ok(parts) => parts,
            Err(reason) => return Some(Rendered::unreadable(name, groups, reason)),
        };
        let actual = engine::render_language(&parts.source, &parts.context, &self.clock);
        Some(Rendered::new(name, groups, &parts.recorded, actual, Some(&parts.source)))
    }

    fn render_template(&self, template: &TemplateCase, corpus: &Corpus) -> Vec<Rendered> {
        let cases = template.recorded.iter().zip(&corpus.conversations);
        let cases = cases.enumerate().map(|(at, (recorded, conversation))| {
            (at, format!("corpus/{}/{}", template.name, conversation.name), recorded, conversation)
        });
        let cases: Vec<_> = cases.filter(|(_, name, ..)| self.wants(name)).collect();
        if cases.is_empty() {
            return Vec::new();
        }
        let batch = self.batch.as_ref().map(|batch| batch.run(template, corpus.conversations.len()));
        let compiled = Compiled::new(&template.source, &template.tokens);
        let at_the_root = spans::are_at_the_root(&template.source);
        let mut done = Vec::new();
        for (at, name, recorded, conversation) in cases {
            let part = if conversation.continue_final_message.is_some() { "continue" } else { "plain" };
            let groups = vec!["corpus".to_owned(), format!("corpus.{part}")];
            let outcome = match &recorded.outcome {
                Ok(outcome) => outcome,
                Err(reason) => {
                    done.push(Rendered::unreadable(name, groups, reason));
                    continue;
                }
            };
            let Applied { prompt, traced } = compiled.apply(conversation, &self.clock);
            done.push(Rendered::new(name.clone(), groups, outcome, prompt, None));
            if let Some(answers) = &batch {
                let answer = match answers {
                    Ok(answers) => answers.get(at).cloned(),
                    Err(problem) => Some(Err(Failure::new("no answers", problem))),
                };
                let answer = answer.unwrap_or_else(|| Err(Failure::new("no answer", "")));
                done.push(Rendered::part(&name, batch::PART, outcome, answer));
            }
            if let Some(blocks) = &recorded.generation {
                let actual = traced.as_ref().map_or(&[][..], |traced| &traced.generation);
                done.push(Rendered::generation(&name, blocks, actual, at_the_root));
            }
            if let Some(TracedRender { plain, traced, .. }) = traced {
                done.push(Rendered::part(&name, "traced", &plain, traced));
            }
        }
        done
    }
}

impl Rendered {
    fn new(
        case: String,
        groups: Vec<String>,
        recorded: &Outcome,
        actual: Outcome,
        source: Option<&str>,
    ) -> Self {
        let verdict = Verdict::of(recorded, &actual);
        let panicked = actual.as_ref().is_err_and(|failure| failure.class == engine::PANIC);
        let difference = (!verdict.agrees()).then(|| Difference {
            case: case.clone(),
            verdict,
            source: source.map(str::to_owned),
            recorded: recorded.clone(),
            actual,
        });
        Self { case, groups, verdict: Ok((verdict, difference)), panicked }
    }

    /// Something else about a case of the corpus than its prompt.
    fn part(case: &str, part: &str, expected: &Outcome, actual: Outcome) -> Self {
        Self::new(format!("{case} ({part})"), vec![format!("corpus.{part}")], expected, actual, None)
    }

    /// Where generation blocks wrote; only how much, where the reference does not know the place.
    fn generation(case: &str, recorded: &[Block], actual: &[Block], at_the_root: bool) -> Self {
        if at_the_root {
            let shown = |blocks: &[Block]| Ok(format!("{:?}", spans::sorted(blocks.to_vec())));
            Self::part(case, "generation", &shown(recorded), shown(actual))
        } else {
            let shown = |blocks: &[Block]| Ok(format!("{:?}", spans::lengths(blocks)));
            Self::part(case, "generation.lengths", &shown(recorded), shown(actual))
        }
    }

    fn unreadable(case: String, groups: Vec<String>, reason: &str) -> Self {
        Self { case, groups, verdict: Err(reason.to_owned()), panicked: false }
    }
}

impl Results {
    /// Says that a group could not be measured.
    pub(crate) fn skip(&mut self, group: String, reason: &str) {
        self.passed_over.push(format!("{group}: {reason}"));
        self.skipped = Some(group);
    }

    /// What becomes of a bar.
    pub(crate) fn check(&self, bar: &Bar, bound: Bound) -> Cleared {
        match &self.skipped {
            Some(group) if bar.is_of(group) => Cleared::PassedOver(format!("{bar} is a bar for {group}")),
            _ => bar.check(bound, &self.tally),
        }
    }

    /// Counts a case.
    pub(crate) fn record(&mut self, case: String, groups: Vec<String>, recorded: &Outcome, actual: Outcome) {
        self.add(Rendered::new(case, groups, recorded, actual, None));
    }

    fn add(&mut self, rendered: Rendered) {
        match rendered.verdict {
            Ok((verdict, difference)) => {
                for group in &rendered.groups {
                    self.tally.add(group, verdict, rendered.panicked);
                }
                self.differences.extend(difference);
            }
            Err(reason) => self.unreadable.push(format!("{}: {reason}", rendered.case)),
        }
    }
}
