"""Given and family names of the communities that an Australian school has, and how many of each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    share: int
    """People per hundred, about."""
    feminine: tuple[str, ...]
    masculine: tuple[str, ...]
    family: tuple[str, ...]


def _names(share: int, feminine: str, masculine: str, family: str) -> Names:
    return Names(share, *(tuple(words.split(", ")) for words in (feminine, masculine, family)))


COMMUNITIES: dict[str, Names] = {
    "british": _names(
        34,
        "Charlotte, Olivia, Amelia, Isla, Mia, Ava, Grace, Willow, Matilda, Ruby, Ella, Zoë, Evie, "
        "Harper, Sophie, "
        "Chloe, Lucy, Georgia, Poppy, Imogen, Phoebe, Hannah, Abigail, Tessa, Siobhán, Freya, Audrey, Piper",
        "Oliver, Noah, Jack, William, Leo, Henry, Charlie, Thomas, Hudson, Lachlan, Angus, Archie, "
        "Hamish, Darcy, "
        "Cooper, Flynn, Rory, Callum, Jasper, Finn, Toby, Max, Patrick, Liam, Ethan, Declan, Hugo, Banjo",
        "Smith, Jones, Williams, Brown, Wilson, Taylor, Anderson, Thompson, White, Walker, Harris, "
        "Ryan, Robinson, "
        "Kelly, King, Campbell, Mitchell, O'Brien, McKenzie, Murphy, Fraser, Bennett, Hughes, "
        "Fitzgerald, Doyle, "
        "Abbott, Whitlock, Pemberton, St Clair, Hartley-Moore, Gallagher, Sutherland, Cartwright, Ashby",
    ),
    "first nations": _names(
        5,
        "Kirra, Marlee, Talia, Jarrah, Tahlia, Kyah, Leilani, Shanaya, Alinta, Bindi",
        "Jedda, Koa, Tyson, Jarli, Malakai, Lowan, Kai, Nate, Djarra, Tarkyn",
        "Roberts, Simpson, Murray, Thomas, Morgan, Kennedy, Ferguson, Hudson, Wright, Dixon",
    ),
    "southern european": _names(
        8,
        "Sofia, Gia, Alessia, Eleni, Despina, Bianca, Valentina, Francesca, Anastasia, Mila",
        "Luca, Marco, Dimitri, Alessandro, Nikolas, Matteo, Anthony, Stavros, Christian, Dante",
        "Rossi, Russo, Papadopoulos, Di Pietro, Costa, Romano, Georgiou, Karagiannis, D'Angelo, Borg, "
        "Camilleri, Esposito",
    ),
    "eastern european": _names(
        4,
        "Anya, Katarina, Zofia, Milena, Daria, Jelena, Ivana, Natalia",
        "Aleksander, Stefan, Luka, Marek, Nikola, Dominik, Andrej, Tomasz",
        "Kowalski, Novak, Petrović, Horvat, Wójcik, Jovanović, Nowak, Dragić, Szabó, Kovačević",
    ),
    "chinese": _names(
        8,
        "Emily, Jessica, Yuxin, Mei, Vivian, Xinyi, Angela, Jiayi, Cindy, Ruolan",
        "Jason, Kevin, Haoran, Yichen, Ryan, Zihan, Eric, Junjie, Aaron, Bowen",
        "Chen, Wang, Li, Zhang, Liu, Wong, Lin, Huang, Xu, Zhao, Lam, Cheung, Guo",
    ),
    "vietnamese": _names(
        6,
        "Linh, Tiffany, Mai, Thảo, Kim, Vy, Hannah, Trang, My, Jenny",
        "Minh, Huy, Andrew, Đức, Khoa, Tommy, Long, Bảo, Anh, Quang",
        "Nguyen, Tran, Le, Pham, Huynh, Vo, Đặng, Bui, Truong, Ngo",
    ),
    "korean": _names(
        2,
        "Seoyeon, Minji, Jiwoo, Hana, Yuna, Grace",
        "Minjun, Jiho, Daniel, Hyunwoo, Joon, Seojun",
        "Kim, Park, Lee, Choi, Jung, Kang, Yoon",
    ),
    "filipino": _names(
        4,
        "Angel, Bea, Maria, Althea, Jasmine, Kristine, Isabel",
        "Miguel, Gabriel, Joshua, Carlo, Rafael, Nathaniel, Paolo",
        "Santos, Reyes, Cruz, Bautista, Garcia, Mendoza, Dela Cruz, Villanueva, Aquino",
    ),
    "indian": _names(
        8,
        "Aanya, Diya, Ananya, Priya, Saanvi, Isha, Meera, Kavya, Riya, Nisha",
        "Arjun, Aarav, Rohan, Vihaan, Dev, Ishaan, Krish, Aditya, Nikhil, Rahul",
        "Patel, Sharma, Iyer, Reddy, Nair, Mehta, D'Souza, Gupta, Krishnan, Joshi, Rao, Thomas",
    ),
    "punjabi": _names(
        3,
        "Simran, Jasleen, Harleen, Gurleen, Avneet, Prabhjot",
        "Harjit, Gurpreet, Manveer, Jaspreet, Armaan, Fateh",
        "Singh, Kaur, Gill, Sandhu, Dhillon, Sidhu, Grewal",
    ),
    "sri lankan": _names(
        2,
        "Dilini, Sanduni, Tharushi, Amaya, Nethmi",
        "Kavindu, Dinesh, Sahan, Pasindu, Ravindu",
        "Perera, Fernando, de Silva, Jayawardena, Wickramasinghe, Bandara",
    ),
    "arabic": _names(
        5,
        "Layla, Yasmin, Mariam, Zahra, Noor, Amira, Rania, Salma",
        "Omar, Yusuf, Ali, Hassan, Adam, Zayn, Karim, Elias",
        "Haddad, Khalil, Mansour, El-Masri, Hussein, Nasser, Saleh, Khoury, Ibrahim",
    ),
    "afghan": _names(
        2,
        "Fatima, Zainab, Parwana, Mursal, Sahar",
        "Ahmad, Mustafa, Reza, Hamid, Mahdi",
        "Rahimi, Karimi, Hosseini, Ahmadi, Sultani, Noori",
    ),
    "east african": _names(
        3,
        "Amina, Ayan, Hodan, Nyakim, Abuk, Selam",
        "Deng, Abdi, Garang, Biniam, Majok, Yonas",
        "Deng, Ali, Majok, Mohamed, Garang, Tesfaye, Abdullahi, Kuol",
    ),
    "west african": _names(
        2,
        "Adaeze, Ama, Folake, Chioma, Esi",
        "Kwame, Chidi, Tunde, Kofi, Emeka",
        "Okafor, Mensah, Adeyemi, Owusu, Nwosu, Boateng",
    ),
    "pacific": _names(
        3,
        "Mele, Sina, Aroha, Lupe, Moana, Ana",
        "Sione, Tama, Viliami, Manu, Ioane, Tevita",
        "Tuilagi, Faleolo, Te Whare, Ngata, Taufa, Leota, Vea",
    ),
    "latin american": _names(
        2,
        "Camila, Lucía, Valeria, Daniela, Renata",
        "Mateo, Santiago, José, Diego, Andrés",
        "Rodríguez, Morales, Núñez, Silva, Herrera, Rojas",
    ),
}

SHORT_FORMS = {
    "Charlotte": "Charlie",
    "Matilda": "Tilly",
    "William": "Will",
    "Thomas": "Tom",
    "Isabel": "Izzy",
    "Abigail": "Abbie",
    "Alessandro": "Alex",
    "Aleksander": "Alex",
    "Anthony": "Tony",
    "Nathaniel": "Nate",
    "Francesca": "Frankie",
    "Georgia": "George",
    "Patrick": "Paddy",
    "Joshua": "Josh",
    "Santiago": "Santi",
}
"""What some people of that name prefer to be called."""
