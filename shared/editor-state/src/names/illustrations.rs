//! The library of illustrations.

use super::{Name, name};

/// Likeness of a word from which a misspelt query finds it.
const ALIKE: f64 = 0.85;

/// Illustrations: values of `illustrationName`. The compositor has a drawing of each.
pub const ILLUSTRATIONS: &[Name] = &[
    name("IHello", "Hello"),
    name("IWelcome", "Welcome"),
    name("IWelcomeAboard", "Welcome aboard"),
    name("IProductDemo", "Product demo"),
    name("IProductExplainer", "Product explainer"),
    name("ILaunchDay", "Launch day"),
    name("ILaunchEvent", "Launch event"),
    name("ICharts", "Charts"),
    name("IGrowthChart", "Growth chart"),
    name("IDataAnalysis", "Data analysis"),
    name("IAnalytics", "Analytics"),
    name("IContentCreator", "Content creator"),
    name("IVideoTutorial", "Video tutorial"),
    name("IOnlineVideo", "Online video"),
    name("ICreativeThinking", "Creative thinking"),
    name("ICreativeProcess", "Creative process"),
    name("IColorPalette", "Colour palette"),
    name("IDesignComponents", "Design components"),
    name("ITeamCollaboration", "Team collaboration"),
    name("IMegaphone", "Megaphone"),
    name("ITakingNotes", "Taking notes"),
    name("IMeetingBoard", "Meeting board"),
    name("IAiChat", "AI chat"),
    name("IChatBot", "Chatbot"),
    name("IAiAgent", "AI agent"),
    name("ITeamwork", "Teamwork"),
    name("IBrainstorm", "Brainstorm"),
    name("IIdea", "Idea"),
    name("IGoal", "Goal"),
    name("IAchievement", "Achievement"),
    name("ICelebration", "Celebration"),
    name("ICalendar", "Calendar"),
    name("ISchedule", "Schedule"),
    name("ITimeline", "Timeline"),
    name("IChecklist", "Checklist"),
    name("IEmail", "Email"),
    name("INewsletter", "Newsletter"),
    name("INotification", "Notification"),
    name("ISearch", "Search"),
    name("ISettings", "Settings"),
    name("ISecurity", "Security"),
    name("IPrivacy", "Privacy"),
    name("ICloudStorage", "Cloud storage"),
    name("IMobileApp", "Mobile app"),
    name("IWebsite", "Website"),
    name("ICoding", "Coding"),
    name("IBugFix", "Bug fix"),
    name("IDatabase", "Database"),
    name("IServer", "Server"),
    name("IOnlineShopping", "Online shopping"),
    name("IPayment", "Payment"),
    name("ISavings", "Savings"),
    name("IFinance", "Finance"),
    name("IDelivery", "Delivery"),
    name("IPackage", "Package"),
    name("ITravel", "Travel"),
    name("ILocation", "Location"),
    name("IWorldwide", "Worldwide"),
    name("IPodcast", "Podcast"),
    name("IMusic", "Music"),
    name("IPhotography", "Photography"),
    name("ILivestream", "Livestream"),
    name("ISocialMedia", "Social media"),
    name("ICustomerSupport", "Customer support"),
    name("IFeedback", "Feedback"),
    name("IQuestions", "Questions"),
    name("IReading", "Reading"),
    name("IOnlineLearning", "Online learning"),
    name("IGraduation", "Graduation"),
    name("IPresentation", "Presentation"),
    name("IRemoteWork", "Remote work"),
    name("ICoffeeBreak", "Coffee break"),
    name("IHealth", "Health"),
    name("INature", "Nature"),
    name("ISuccess", "Success"),
    name("IPartnership", "Partnership"),
    name("ISolution", "Solution"),
    name("IHiring", "Hiring"),
    name("IContract", "Contract"),
    name("IGift", "Gift"),
    name("IStorytelling", "Storytelling"),
    name("IStrategy", "Strategy"),
    name("IInvestment", "Investment"),
    name("IVirtualMeeting", "Virtual meeting"),
];

/// Names of the illustrations that a query finds, the likeliest first: those whose
/// label or name holds it, in any case; where none does, those with a word like it. An
/// empty query finds all, in the order of the table.
pub fn search_illustrations(query: &str) -> Vec<&'static str> {
    let query = query.trim().to_lowercase();
    let likeness = |name: &Name| {
        let label = name.label.to_lowercase();
        if label.starts_with(&query) {
            return 3.0;
        }
        if label.contains(&query) || name.id.to_lowercase().contains(&query) {
            return 2.0;
        }
        label
            .split(' ')
            .map(|word| strsim::jaro_winkler(word, &query))
            .fold(0.0, f64::max)
    };
    let mut found: Vec<(f64, &str)> = ILLUSTRATIONS
        .iter()
        .map(|name| (likeness(name), name.id))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    found.sort_by(|one, two| two.0.total_cmp(&one.0));
    let holds = found.first().is_some_and(|(likeness, _)| *likeness >= 2.0);
    found.retain(|(likeness, _)| !holds || *likeness >= 2.0);
    found.into_iter().map(|(_, id)| id).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_query_finds_what_it_says_and_what_it_almost_says() {
        assert_eq!(search_illustrations(" chatbot "), ["IChatBot"]);
        assert_eq!(search_illustrations("IAiA"), ["IAiAgent"]);
        assert_eq!(search_illustrations("chart")[0], "ICharts");
        assert!(search_illustrations("chart").contains(&"IGrowthChart"));
        assert!(search_illustrations("megafone").contains(&"IMegaphone"));
        assert!(search_illustrations("xyzzy").is_empty());
        assert_eq!(search_illustrations("").len(), ILLUSTRATIONS.len());
    }

    #[test]
    fn no_name_is_there_twice() {
        let names: BTreeSet<_> = ILLUSTRATIONS.iter().map(|name| name.id).collect();
        assert_eq!(names.len(), ILLUSTRATIONS.len());
    }
}
